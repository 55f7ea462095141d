; A copy of a length that is only known when it runs becomes a syscall.
target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
define i64 @entrypoint(ptr %p) { %n = load i64, ptr %p
 %q = getelementptr i8, ptr %p, i64 %n
 call void @llvm.memcpy.p0.p0.i64(ptr %q, ptr %p, i64 %n, i1 false)
 ret i64 0 }
