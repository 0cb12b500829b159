//! What becomes of a messy program of each dialect.

use super::formatted;

fn before_and_after(source: &str) -> String {
    format!("{source}\n---------- formatted ----------\n{}", formatted(source).unwrap())
}

#[test]
fn messy_programs_are_tidied() {
    insta::with_settings!({
        omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "../../../tests/snapshots"
    }, {
        insta::assert_snapshot!("format_rasp", before_and_after(RASP));
        insta::assert_snapshot!("format_rasp_l", before_and_after(RASP_L));
    });
}

pub(super) const RASP: &str = "

# counts   
same = select(tokens,tokens,==); # all of them
def both(a,b){x=-a;# negative
      # on its own


      for i,j in zip(range(3),[1,2.5,\"c\"]){ x = x+i if a>j else not(x) ; }
\treturn x^2,f( b ) ;

}
def reach(sel)
{
  return aggregate(sel or select(indices,0,==), indicator(indices==0))+1;}
for a in d { for b in d[a] { c=b; } }  table={\"a\":[1,
2],
  \"b\":  -1 # the last
 };
next=aggregate(
a,tokens)[0](\"hey\")
- select (1);
set   s-op example \"abc\"
#> next(\"abc\")  
full seq display on
# the end

";

pub(super) const RASP_L: &str = "#lang rasp-l
sep=-1;eos=- 2;


sos = -3; # start
# the last one
def last( x,  y ) { return x if y==sep else-y; }
def has(x, wanted) { top=aggregate_max(select(x, wanted, ==),1); return top==1 and not( x!=wanted ); }
def shift(x, steps,
   filler) { return aggregate_max(
      select(indices+steps,indices,==), x,
      filler
   ); }
def long(first, second, third) { return aggregate_max(select(first, second, ==), third, -1) + first; }
next=last ( tokens%2 ,has(tokens, 7)
  or has(tokens, # odd
  9) ) ;
";
