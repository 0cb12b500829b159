//! The scalar operations of the language, and what each does to one value. Knows nothing of sequences.

/// Arithmetic on two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `%`: the remainder has the divisor's sign, as in Python, so `-1 % 10` is 9.
    Remainder,
}

impl Arithmetic {
    /// As written in a program.
    pub fn symbol(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Remainder => "%",
        }
    }

    /// `left OP right`, where all three are int8.
    pub(crate) fn apply(self, left: i16, right: i16) -> Result<i16, ArithmeticFault> {
        if let Some(sentinel) = [left, right].into_iter().find(|&operand| !is_int8(operand)) {
            return Err(ArithmeticFault::Sentinel { operation: format!("{left} {} {right}", self.symbol()), sentinel });
        }
        let (wide_left, wide_right) = (i32::from(left), i32::from(right));
        let exact = match self {
            Arithmetic::Add => wide_left + wide_right,
            Arithmetic::Subtract => wide_left - wide_right,
            Arithmetic::Multiply => wide_left * wide_right,
            Arithmetic::Remainder if right == 0 => return Err(ArithmeticFault::RemainderByZero { left }),
            Arithmetic::Remainder => (wide_left % wide_right + wide_right) % wide_right,
        };
        let result = i8::try_from(exact);
        result
            .map(i16::from)
            .map_err(|_| ArithmeticFault::Overflow { operation: format!("{left} {} {right}", self.symbol()), result: exact })
    }
}

/// `-token`, where both are int8.
pub(crate) fn negate(token: i16) -> Result<i16, ArithmeticFault> {
    let operation = || format!("-({token})");
    match token {
        _ if !is_int8(token) => Err(ArithmeticFault::Sentinel { operation: operation(), sentinel: token }),
        -128 => Err(ArithmeticFault::Overflow { operation: operation(), result: 128 }),
        _ => Ok(-token),
    }
}

/// Whether it is a token and no sentinel.
pub(crate) fn is_int8(value: i16) -> bool {
    i8::try_from(value).is_ok()
}

/// Why an operation on tokens has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArithmeticFault {
    Overflow { operation: String, result: i32 },
    RemainderByZero { left: i16 },
    Sentinel { operation: String, sentinel: i16 },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remainder_has_the_sign_of_the_divisor() {
        let remainder = |left, right| Arithmetic::Remainder.apply(left, right).unwrap();
        assert_eq!([remainder(-1, 10), remainder(7, -3), remainder(-128, -1), remainder(6, 3)], [9, -2, 0, 0]);
    }

    #[test]
    fn results_outside_int8_are_faults() {
        assert!(Arithmetic::Add.apply(127, 1).is_err());
        assert!(Arithmetic::Multiply.apply(-128, -1).is_err());
        assert!(Arithmetic::Subtract.apply(-128, 1).is_err());
        assert!(Arithmetic::Remainder.apply(5, 0).is_err());
        assert!(Arithmetic::Add.apply(-999, 999).is_err());
        assert!(negate(-999).is_err());
        assert!(negate(-128).is_err());
        assert_eq!(negate(127), Ok(-127));
    }
}
