#!/usr/bin/env bash
# pulp 0.22.3: `mul_add_e_f64s` rounds twice in the one-lane `Scalar`, and once in the portable vectors `Scalar128b` to `Scalar512b`.
#
# Beside `mul_add_f64s`, which rounds once everywhere, there is `mul_add_e_f64s`. A good guess is that the second takes the cheaper way
# where a CPU has no fused instruction, and that portable vectors are so many scalars side by side. The first holds for `Scalar` only: the
# portable vectors call the fused form, which on a CPU without the instruction is a function of the C library for each lane. So one generic
# kernel gives two answers, and the portable one of them is the slow one. Who wants the same bits from every instruction set multiplies and
# adds, or fuses where a product is exact.
#
# Seen, built for x86-64 without FMA, (1 + 2^-30)^2 - 1 - 2^-29:
#   Scalar      mul_add 8.673617379884035e-19  mul_add_e 0.0
#   Scalar128b  mul_add 8.673617379884035e-19  mul_add_e 8.673617379884035e-19
#   Scalar256b  mul_add 8.673617379884035e-19  mul_add_e 8.673617379884035e-19
#   Scalar512b  mul_add 8.673617379884035e-19  mul_add_e 8.673617379884035e-19
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/src"
cat > "$folder/Cargo.toml" <<'TOML'
[package]
name = "fused"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
pulp = { version = "=0.22.3", default-features = false, features = ["std"] }
TOML
cat > "$folder/src/main.rs" <<'RUST'
use pulp::{Scalar, Scalar128b, Scalar256b, Scalar512b, Simd};

fn show<S: Simd>(name: &str, simd: S) {
    let vector = |number: f64| simd.splat_f64s(number);
    let first = |vector: S::f64s| pulp::bytemuck::cast_slice::<_, f64>(&[vector])[0];
    let (a, c) = (vector(1.0 + 2f64.powi(-30)), vector(-1.0 - 2f64.powi(-29)));
    let (once, e) = (first(simd.mul_add_f64s(a, a, c)), first(simd.mul_add_e_f64s(a, a, c)));
    println!("{name:<11} mul_add {once:?}  mul_add_e {e:?}");
}

fn main() {
    show("Scalar", Scalar);
    show("Scalar128b", Scalar128b);
    show("Scalar256b", Scalar256b);
    show("Scalar512b", Scalar512b);
}
RUST
seen=$(cd "$folder" && RUSTFLAGS="-C target-cpu=generic" CARGO_TARGET_DIR="$folder/target" cargo run --quiet)
echo "$seen"
once=8.673617379884035e-19
expected="Scalar      mul_add $once  mul_add_e 0.0
Scalar128b  mul_add $once  mul_add_e $once
Scalar256b  mul_add $once  mul_add_e $once
Scalar512b  mul_add $once  mul_add_e $once"
if [[ $seen != "$expected" ]]; then
  echo "pulp has changed: expected"
  echo "$expected"
  exit 1
fi
