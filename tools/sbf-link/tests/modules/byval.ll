target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"
define internal i64 @f(ptr byval([2 x i64]) %a) noinline { %v = load volatile i64, ptr %a
 ret i64 %v }
define i64 @entrypoint(ptr %p) { %v = call i64 @f(ptr byval([2 x i64]) %p)
 ret i64 %v }
