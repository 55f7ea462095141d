; Eight arguments and a wide result through a pointer that is only known when it runs.
target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"
@t = internal constant [2 x ptr] [ptr @f, ptr @g]
define internal i128 @f(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %x, i64 %y, i64 %z) noinline { %s = add i64 %a, %z
 %w = zext i64 %s to i128
 ret i128 %w }
define internal i128 @g(i64 %a, i64 %b, i64 %c, i64 %d, i64 %e, i64 %x, i64 %y, i64 %z) noinline { %s = mul i64 %b, %y
 %w = zext i64 %s to i128
 %v = shl i128 %w, 7
 ret i128 %v }
define i64 @entrypoint(ptr %p) { %q = load i64, ptr %p
 %m = and i64 %q, 1
 %g = getelementptr ptr, ptr @t, i64 %m
 %h = load ptr, ptr %g
 %v = call i128 %h(i64 %q, i64 2, i64 3, i64 4, i64 5, i64 6, i64 %q, i64 8)
 %r = lshr i128 %v, 3
 %o = trunc i128 %r to i64
 ret i64 %o }
