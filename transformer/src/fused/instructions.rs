//! Which vector instructions to compute with, chosen at run time.
//!
//! Every operation of this module is written once, over [`pulp::Simd`], and compiled for each set of instructions; [`Instructions::run`]
//! calls the version that this machine can run. An operation's helpers must be `#[inline(always)]`: only what is inlined into
//! `with_simd` is compiled with the instructions that it was called for.

use pulp::{Scalar128b, Simd, WithSimd};

/// A set of vector instructions that this machine has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Instructions {
    /// 16 numbers at a time.
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
    /// 8 numbers at a time, with fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    /// Four numbers at a time, in whatever the compiler makes of it.
    Portable,
}

impl Instructions {
    /// The widest that this machine has.
    pub(crate) fn detect() -> Self {
        Self::available()[0]
    }

    /// All that this machine has, the widest first.
    pub(crate) fn available() -> Vec<Self> {
        #[cfg(target_arch = "x86_64")]
        let wide = [pulp::x86::V4::try_new().map(Self::Avx512), pulp::x86::V3::try_new().map(Self::Avx2)];
        #[cfg(not(target_arch = "x86_64"))]
        let wide = [];
        wide.into_iter().flatten().chain([Self::Portable]).collect()
    }

    /// The name, for records and benchmarks.
    pub(crate) fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "AVX-512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "AVX2",
            Self::Portable => "portable",
        }
    }

    /// Runs an operation, compiled for these instructions.
    #[inline]
    pub(crate) fn run<Op: WithSimd>(self, operation: Op) -> Op::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => Simd::vectorize(simd, operation),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => Simd::vectorize(simd, operation),
            Self::Portable => Simd::vectorize(Scalar128b, operation),
        }
    }
}
