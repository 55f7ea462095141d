; What core::hint::black_box becomes: assembly without text.
target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"
define i64 @entrypoint(ptr %p) { %a = alloca i64
 store i64 7, ptr %a
 call void asm sideeffect "", "r,~{memory}"(ptr %a)
 %v = load i64, ptr %a
 ret i64 %v }
