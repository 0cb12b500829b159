//! What groups with what, as trees written with all their parentheses.

use super::whole;
use crate::syntax::{Binary, Command, Expr, Form, Name, Statement, StatementForm, Unary};

fn shape(expr: &Expr) -> String {
    let row = |head: &str, parts: &[&Expr]| {
        let parts: Vec<String> = parts.iter().map(|part| format!(" {}", shape(part))).collect();
        format!("({head}{})", parts.concat())
    };
    let all = |head: &str, parts: &[Expr]| row(head, &parts.iter().collect::<Vec<_>>());
    match &expr.form {
        Form::Integer(value) => value.to_string(),
        Form::Float(value) => format!("{value:?}"),
        Form::Text(text) => format!("{text:?}"),
        Form::Name(name) => name.to_string(),
        Form::Comparison(comparison) => comparison.symbol().to_owned(),
        Form::List(items) => all("list", items),
        Form::Dict(entries) => row("dict", &entries.iter().flat_map(|(key, value)| [key, value]).collect::<Vec<_>>()),
        Form::ListComprehension { value, names: bound, iterable } => row(&format!("list-for [{}]", names(bound)), &[value, iterable]),
        Form::DictComprehension { key, value, names: bound, iterable } => {
            row(&format!("dict-for [{}]", names(bound)), &[key, value, iterable])
        }
        Form::Unary(unary, operand) => {
            let head = match unary {
                Unary::Not => "not",
                Unary::Negate => "-",
                Unary::Plus => "+",
                Unary::Round => "round",
                Unary::Indicator => "indicator",
            };
            row(head, &[operand])
        }
        Form::Binary(binary, left, right) => {
            let head = match binary {
                Binary::Power => "^",
                Binary::Multiply => "*",
                Binary::Divide => "/",
                Binary::Remainder => "%",
                Binary::Add => "+",
                Binary::Subtract => "-",
                Binary::Compare(comparison) => comparison.symbol(),
                Binary::And => "and",
                Binary::Or => "or",
            };
            row(head, &[left, right])
        }
        Form::In(item, container) => row("in", &[item, container]),
        Form::Conditional { condition, yes, no } => row("if", &[condition, yes, no]),
        Form::Select { key, query, comparison } => row(&format!("select {}", comparison.symbol()), &[key, query]),
        Form::Aggregate { selector, value, default } => {
            row("aggregate", &[Some(selector), Some(value), default.as_ref()].into_iter().flatten().map(|part| &**part).collect::<Vec<_>>())
        }
        Form::Range(parts) => all("range", parts),
        Form::Zip(parts) => all("zip", parts),
        Form::Len(list) => row("len", &[list]),
        Form::Index(container, index) => row("at", &[container, index]),
        Form::Call { callee, arguments } => row("call", &std::iter::once(&**callee).chain(arguments).collect::<Vec<_>>()),
    }
}

fn names(names: &[Name]) -> String {
    names.iter().map(|name| name.text.to_string()).collect::<Vec<_>>().join(" ")
}

fn statement_shape(statement: &Statement) -> String {
    let row = |values: &[Expr]| values.iter().map(shape).collect::<Vec<_>>().join(", ");
    let block = |body: &[Statement]| body.iter().flat_map(|statement| [statement_shape(statement), " ".to_owned()]).collect::<String>();
    match &statement.form {
        StatementForm::Show(value) => shape(value),
        StatementForm::Assign { names: given, values } => format!("[{}] = {}", names(given), row(values)),
        StatementForm::Draw { sop, input } => format!("draw {} {:?}", shape(sop), input.as_ref().map(shape)),
        StatementForm::Load { path } => format!("load {path:?}"),
        StatementForm::Define(function) => format!(
            "def {}[{}] {{ {}return {} }}",
            function.name.text,
            names(&function.parameters),
            block(&function.body),
            row(&function.results)
        ),
        StatementForm::For { names: bound, iterable, body } => format!("for [{}] {} {{ {}}}", names(bound), shape(iterable), block(body)),
        StatementForm::Command(Command::SetExample(which, value)) => format!("set {which:?} {}", shape(value)),
        StatementForm::Command(command) => format!("{command:?}"),
    }
}

fn shapes(source: &str) -> Vec<String> {
    whole(source).iter().map(statement_shape).collect()
}

#[track_caller]
fn all_have_their_shape(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(shapes(&format!("{source};")), [*expected], "{source}");
    }
}

#[test]
fn operators_group_as_in_the_reference() {
    all_have_their_shape(&[
        ("2^3^2", "(^ (^ 2 3) 2)"),
        ("-2^2", "(^ (- 2) 2)"),
        ("2^-1", "(^ 2 (- 1))"),
        ("2%3*4", "(% 2 (* 3 4))"),
        ("2*3%4", "(% (* 2 3) 4)"),
        ("2%3/4%5", "(% (% 2 (/ 3 4)) 5)"),
        ("1+2%3", "(+ 1 (% 2 3))"),
        ("10-2-3", "(- (- 10 2) 3)"),
        ("1-2+3", "(+ (- 1 2) 3)"),
        ("8/4*2", "(* (/ 8 4) 2)"),
        ("not 1==2", "(== (not 1) 2)"),
        ("not indices==1", "(== (not indices) 1)"),
        ("not a+b", "(+ (not a) b)"),
        ("not not a", "(not (not a))"),
        ("a and not b == c", "(and a (== (not b) c))"),
        ("- -a", "(- (- a))"),
        ("True or False and False", "(and (or True False) False)"),
        ("a and b or c", "(or (and a b) c)"),
        ("1<2<3", "(< (< 1 2) 3)"),
        ("1==1==1", "(== (== 1 1) 1)"),
        ("1 if True else 2 if False else 3", "(if False (if True 1 2) 3)"),
        ("1 if (2 if a else b) else 3", "(if (if a 2 b) 1 3)"),
        ("1 if 2 if a else b else 3", "(if (if a 2 b) 1 3)"),
        ("1 if a in b else 3", "(if (in a b) 1 3)"),
        ("a or b if c else d or e", "(if c (or a b) (or d e))"),
        ("x in L and y", "(in x (and L y))"),
        ("a and x in L", "(in (and a x) L)"),
        ("x in L if a else b", "(in x (if a L b))"),
        ("a in b in c", "(in (in a b) c)"),
        ("not t in L", "(in (not t) L)"),
        ("indices%2==0 if indices>1 else indices", "(if (> indices 1) (== (% indices 2) 0) indices)"),
    ]);
}

#[test]
fn calls_and_indices_bind_tightest_and_chain() {
    all_have_their_shape(&[
        ("-a[0]", "(- (at a 0))"),
        ("not f(x)", "(not (call f x))"),
        ("2^a[0]^3", "(^ (^ 2 (at a 0)) 3)"),
        ("f(1)(2,3)[4]", "(at (call (call f 1) 2 3) 4)"),
        ("(a+b)[0]", "(at (+ a b) 0)"),
        ("[1,2][0]", "(at (list 1 2) 0)"),
        ("{1:2}[1]", "(at (dict 1 2) 1)"),
        ("\"ab\"[0]", "(at \"ab\" 0)"),
        ("1(\"hi\")", "(call 1 \"hi\")"),
        ("select(a,b,==)(\"x\")", "(call (select == a b) \"x\")"),
        ("round(x)(\"hi\")", "(call (round x) \"hi\")"),
        ("(indices>0)(\"hey\")", "(call (> indices 0) \"hey\")"),
        ("f ()", "(call f)"),
    ]);
}

#[test]
fn the_languages_own_calls_touch_their_parenthesis() {
    all_have_their_shape(&[
        ("aggregate(s,v)", "(aggregate s v)"),
        ("aggregate( s , v , 0 )", "(aggregate s v 0)"),
        ("aggregate (s,v)", "(call aggregate s v)"),
        ("select(a,b,!=)", "(select != a b)"),
        ("select (a,b)", "(call select a b)"),
        ("len(x)+len (x)", "(+ (len x) (call len x))"),
        ("range(1,2,3)", "(range 1 2 3)"),
        ("range (1)", "(call range 1)"),
        ("zip(a,b)", "(zip a b)"),
        ("zip (a)", "(call zip a)"),
        ("round (x)*indicator (y)", "(* (round x) (indicator y))"),
        ("selectx(1)", "(call selectx 1)"),
        ("select+aggregate+range+zip+len", "(+ (+ (+ (+ select aggregate) range) zip) len)"),
    ]);
}

#[test]
fn values_are_read_as_written() {
    all_have_their_shape(&[
        ("007", "7"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1.50", "1.5"),
        ("0.1", "0.1"),
        ("\"a # b\\\"", "\"a # b\\\\\""),
        ("\"\"", "\"\""),
        ("True", "True"),
        ("[]", "(list)"),
        ("{}", "(dict)"),
        ("[1,[2]]", "(list 1 (list 2))"),
        ("{1:2,\"a\":b}", "(dict 1 2 \"a\" b)"),
        ("[x+1 for x in l]", "(list-for [x] (+ x 1) l)"),
        ("[a for a,b in zip(l,m) if c else d]", "(list-for [a b] a (if c (zip l m) d))"),
        ("[x in l for x in m in n]", "(list-for [x] (in x l) (in m n))"),
        ("{k:v for k,v in l}", "(dict-for [k v] k v l)"),
        ("1if x else 2", "(if x 1 2)"),
        ("notx and orx or iny", "(or (and notx orx) iny)"),
        ("a<-b", "(< a (- b))"),
        ("s -op - s_op", "(- (- s op) s_op)"),
    ]);
    assert_eq!(shapes("len=1; select = 2;x==3;"), ["[len] = 1", "[select] = 2", "(== x 3)"]);
}

#[test]
fn statements_are_read_as_written() {
    assert_eq!(
        shapes("a,b=1,c+2; draw(a); draw (a, \"x\"); load \"p/q\";"),
        ["[a b] = 1, (+ c 2)", "draw a None", "draw a Some(\"\\\"x\\\"\")", "load \"p/q\""]
    );
    assert_eq!(
        shapes("def f(x,y) { z=x; def g () { return z; } for i,j in l { z=z+i; draw(z); load \"p\"; } g; return z,y; } f;"),
        ["def f[x y] { [z] = x def g[] { return z } for [i j] l { [z] = (+ z i) draw z None load \"p\" } g return z, y }", "f"]
    );
    assert_eq!(shapes("# c\nfor i in l { # c\n } # c\nfor i in {1:2} {1;}"), ["for [i] l { }", "for [i] (dict 1 2) { 1 }"]);
}

#[test]
fn commands_are_read_as_written() {
    assert_eq!(
        shapes("show example show s-op example show selector example examples on s-op examples off selector examples on"),
        [
            "ShowExample(Both)",
            "ShowExample(Sop)",
            "ShowExample(Selector)",
            "Examples(Both, true)",
            "Examples(Sop, false)",
            "Examples(Selector, true)",
        ]
    );
    assert_eq!(
        shapes("full seq display on full seq display off exit exit() quit() quit"),
        ["FullDisplay(true)", "FullDisplay(false)", "Exit", "Exit", "Exit", "Exit"]
    );
}

#[test]
fn a_set_example_ends_with_its_line_unless_something_is_open() {
    assert_eq!(
        shapes("set example \"ab\" \n(indices)(\"a\");\nset s-op example [1,\n2][0]\n-1;\nset selector example\n\"a\" +\n\"b\" [0]\n[1];"),
        [
            "set Both \"ab\"",
            "(call indices \"a\")",
            "set Sop (at (list 1 2) 0)",
            "(- 1)",
            "set Selector (+ \"a\" (at \"b\" 0))",
            "(list 1)",
        ]
    );
}
