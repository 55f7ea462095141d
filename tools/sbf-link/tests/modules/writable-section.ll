; A writable section of a name that nobody knows.
target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"
@s = internal global i64 3, section ".counters"
define i64 @entrypoint(ptr %p) { %o = load volatile i64, ptr @s
 %q = add i64 %o, 1
 store volatile i64 %q, ptr @s
 ret i64 %o }
