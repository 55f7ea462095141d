#!/bin/sh
# Prints helpers/div.ll, made from helpers/div.rs: target-neutral IR by the host's compiler.
set -e
cd "$(dirname "$0")"
raw=$(mktemp)
trap 'rm -f "$raw"' EXIT
/usr/bin/rustc --edition 2021 -C panic=abort -C opt-level=3 -C no-prepopulate-passes -C codegen-units=1 \
    --emit=llvm-ir -o "$raw" div.rs
/usr/lib/llvm-22/bin/opt -S "$raw" \
    -passes='always-inline,function(sroa,early-cse,simplifycfg,instcombine,simplifycfg),globaldce' |
    sed -e '/^; ModuleID/d' -e '/^source_filename/d' \
        -e 's/^target datalayout.*/target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"/' \
        -e 's/^target triple.*/target triple = "bpfel"/' \
        -e 's/^attributes #\([0-9]*\) = .*/attributes #\1 = { nounwind }/' -e '/^!/d' \
        -e 's/, !\(noundef\|range\|prof\|noalias\|alias.scope\) ![0-9]*//g'
