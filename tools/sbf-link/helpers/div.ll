target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"

; Function Attrs: nounwind nonlazybind uwtable
define void @__sbf_udivrem128(ptr noundef %out, i64 noundef %alo, i64 noundef %0, i64 noundef %blo, i64 noundef %bhi) unnamed_addr #0 {
start:
  %1 = icmp eq i64 %bhi, 0
  br i1 %1, label %bb1, label %bb9

bb1:                                              ; preds = %start
  %2 = icmp eq i64 %0, 0
  br i1 %2, label %bb2, label %bb3

bb9:                                              ; preds = %start
  %_8 = icmp ult i64 %0, %bhi
  br i1 %_8, label %bb31, label %bb10

bb2:                                              ; preds = %bb1
  %3 = udiv i64 %alo, %blo
  %4 = urem i64 %alo, %blo
  br label %bb31

bb3:                                              ; preds = %bb1
  %_6 = icmp ult i64 %0, %blo
  br i1 %_6, label %bb6, label %bb5

bb5:                                              ; preds = %bb3
  %5 = udiv i64 %0, %blo
  %_61 = urem i64 %0, %blo
  br label %bb6

bb6:                                              ; preds = %bb3, %bb5
  %qhi.sroa.0.2 = phi i64 [ %5, %bb5 ], [ 0, %bb3 ]
  %ahi.sroa.0.0 = phi i64 [ %_61, %bb5 ], [ %0, %bb3 ]
  %_4.i7 = icmp ult i64 %blo, 4294967296
  br i1 %_4.i7, label %bb1.i83, label %bb2.i8

bb2.i8:                                           ; preds = %bb6
  %6 = call range(i64 0, 65) i64 @llvm.ctlz.i64(i64 %blo, i1 true)
  %d2.i12 = shl i64 %blo, %6
  %7 = icmp eq i64 %6, 0
  br i1 %7, label %bb5.i18, label %bb4.i13

bb1.i83:                                          ; preds = %bb6
  %_5.i86 = call i64 @llvm.fshl.i64(i64 %ahi.sroa.0.0, i64 %alo, i64 32)
  %q14.i89 = udiv i64 %_5.i86, %blo
  %r1.i90 = urem i64 %_5.i86, %blo
  %_9.i91 = shl nuw i64 %r1.i90, 32
  %_10.i92 = and i64 %alo, 4294967295
  %_8.i93 = or disjoint i64 %_9.i91, %_10.i92
  %q05.i94 = udiv i64 %_8.i93, %blo
  %r0.i95 = urem i64 %_8.i93, %blo
  %_12.i96 = shl i64 %q14.i89, 32
  %_11.i97 = or i64 %_12.i96, %q05.i94
  br label %bb31

bb4.i13:                                          ; preds = %bb2.i8
  %_17.i14 = shl i64 %ahi.sroa.0.0, %6
  %_20.i15 = sub nsw i64 0, %6
  %_19.i16 = and i64 %_20.i15, 63
  %_18.i17 = lshr i64 %alo, %_19.i16
  %8 = or i64 %_17.i14, %_18.i17
  br label %bb5.i18

bb5.i18:                                          ; preds = %bb2.i8, %bb4.i13
  %hi.i6.sroa.0.0 = phi i64 [ %8, %bb4.i13 ], [ %ahi.sroa.0.0, %bb2.i8 ]
  %lo3.i19 = shl i64 %alo, %6
  %d1.i20 = lshr i64 %d2.i12, 32
  %d0.i21 = and i64 %d2.i12, 4294967295
  %l1.i22 = lshr i64 %lo3.i19, 32
  %l0.i23 = and i64 %lo3.i19, 4294967295
  %9 = udiv i64 %hi.i6.sroa.0.0, %d1.i20
  %10 = urem i64 %hi.i6.sroa.0.0, %d1.i20
  br label %bb6.i27

bb6.i27:                                          ; preds = %bb10.i31, %bb5.i18
  %rh.i3.sroa.0.0 = phi i64 [ %10, %bb5.i18 ], [ %_36.i33, %bb10.i31 ]
  %q1.i4.sroa.0.0 = phi i64 [ %9, %bb5.i18 ], [ %_35.i32, %bb10.i31 ]
  %11 = icmp ult i64 %q1.i4.sroa.0.0, 4294967296
  br i1 %11, label %bb8.i73, label %bb10.i31

bb8.i73:                                          ; preds = %bb6.i27
  %_30.i75 = mul nuw i64 %q1.i4.sroa.0.0, %d0.i21
  %_33.i77 = shl i64 %rh.i3.sroa.0.0, 32
  %_32.i78 = or disjoint i64 %_33.i77, %l1.i22
  %_29.i79 = icmp ugt i64 %_30.i75, %_32.i78
  br i1 %_29.i79, label %bb10.i31, label %bb14.i37

bb14.i37:                                         ; preds = %bb10.i31, %bb8.i73
  %q1.i4.sroa.0.1 = phi i64 [ %q1.i4.sroa.0.0, %bb8.i73 ], [ %_35.i32, %bb10.i31 ]
  %_41.i38 = shl i64 %hi.i6.sroa.0.0, 32
  %_40.i39 = or disjoint i64 %_41.i38, %l1.i22
  %_42.i41 = mul i64 %q1.i4.sroa.0.1, %d2.i12
  %un.i42 = sub i64 %_40.i39, %_42.i41
  %12 = udiv i64 %un.i42, %d1.i20
  %13 = urem i64 %un.i42, %d1.i20
  br label %bb15.i43

bb10.i31:                                         ; preds = %bb8.i73, %bb6.i27
  %_35.i32 = add i64 %q1.i4.sroa.0.0, -1
  %_36.i33 = add i64 %rh.i3.sroa.0.0, %d1.i20
  %14 = icmp ult i64 %_36.i33, 4294967296
  br i1 %14, label %bb6.i27, label %bb14.i37

bb15.i43:                                         ; preds = %bb19.i47, %bb14.i37
  %q0.i2.sroa.0.0 = phi i64 [ %12, %bb14.i37 ], [ %_52.i48, %bb19.i47 ]
  %rh1.i1.sroa.0.0 = phi i64 [ %13, %bb14.i37 ], [ %_53.i49, %bb19.i47 ]
  %15 = icmp ult i64 %q0.i2.sroa.0.0, 4294967296
  br i1 %15, label %bb17.i63, label %bb19.i47

bb17.i63:                                         ; preds = %bb15.i43
  %_47.i65 = mul nuw i64 %q0.i2.sroa.0.0, %d0.i21
  %_50.i67 = shl i64 %rh1.i1.sroa.0.0, 32
  %_49.i68 = or disjoint i64 %_50.i67, %l0.i23
  %_46.i69 = icmp ugt i64 %_47.i65, %_49.i68
  br i1 %_46.i69, label %bb19.i47, label %bb23.i53

bb23.i53:                                         ; preds = %bb19.i47, %bb17.i63
  %q0.i2.sroa.0.1 = phi i64 [ %q0.i2.sroa.0.0, %bb17.i63 ], [ %_52.i48, %bb19.i47 ]
  %_59.i54 = shl i64 %un.i42, 32
  %_58.i55 = or disjoint i64 %_59.i54, %l0.i23
  %_60.i57 = mul i64 %q0.i2.sroa.0.1, %d2.i12
  %_57.i58 = sub i64 %_58.i55, %_60.i57
  %r.i59 = lshr i64 %_57.i58, %6
  %_63.i60 = shl i64 %q1.i4.sroa.0.1, 32
  %_62.i61 = add i64 %_63.i60, %q0.i2.sroa.0.1
  br label %bb31

bb19.i47:                                         ; preds = %bb17.i63, %bb15.i43
  %_52.i48 = add i64 %q0.i2.sroa.0.0, -1
  %_53.i49 = add i64 %rh1.i1.sroa.0.0, %d1.i20
  %16 = icmp ult i64 %_53.i49, 4294967296
  br i1 %16, label %bb15.i43, label %bb23.i53

bb31:                                             ; preds = %bb23.i53, %bb1.i83, %bb9, %bb10, %bb23, %bb26, %bb2
  %qhi.sroa.0.1 = phi i64 [ 0, %bb10 ], [ 0, %bb2 ], [ 0, %bb9 ], [ 0, %bb26 ], [ 0, %bb23 ], [ %qhi.sroa.0.2, %bb1.i83 ], [ %qhi.sroa.0.2, %bb23.i53 ]
  %rhi.sroa.0.0 = phi i64 [ %0, %bb10 ], [ 0, %bb2 ], [ %0, %bb9 ], [ %34, %bb26 ], [ %33, %bb23 ], [ 0, %bb1.i83 ], [ 0, %bb23.i53 ]
  %rlo.sroa.0.1 = phi i64 [ %alo, %bb10 ], [ %4, %bb2 ], [ %alo, %bb9 ], [ %_49, %bb26 ], [ %32, %bb23 ], [ %r0.i95, %bb1.i83 ], [ %r.i59, %bb23.i53 ]
  %qlo.sroa.0.1 = phi i64 [ 0, %bb10 ], [ %3, %bb2 ], [ 0, %bb9 ], [ %_47, %bb26 ], [ %qlo.sroa.0.3, %bb23 ], [ %_11.i97, %bb1.i83 ], [ %_62.i61, %bb23.i53 ]
  store i64 %qlo.sroa.0.1, ptr %out, align 8
  %_54 = getelementptr inbounds nuw i8, ptr %out, i64 8
  store i64 %qhi.sroa.0.1, ptr %_54, align 8
  %_55 = getelementptr inbounds nuw i8, ptr %out, i64 16
  store i64 %rlo.sroa.0.1, ptr %_55, align 8
  %_56 = getelementptr inbounds nuw i8, ptr %out, i64 24
  store i64 %rhi.sroa.0.0, ptr %_56, align 8
  ret void

bb10:                                             ; preds = %bb9
  %_9 = icmp eq i64 %0, %bhi
  %_10 = icmp ult i64 %alo, %blo
  %or.cond = and i1 %_9, %_10
  br i1 %or.cond, label %bb31, label %bb13

bb13:                                             ; preds = %bb10
  %17 = call range(i64 0, 65) i64 @llvm.ctlz.i64(i64 %bhi, i1 true)
  %18 = icmp eq i64 %17, 0
  br i1 %18, label %bb16, label %bb15

bb15:                                             ; preds = %bb13
  %_14 = shl i64 %bhi, %17
  %_18 = sub nsw i64 0, %17
  %_17 = and i64 %_18, 63
  %_16 = lshr i64 %blo, %_17
  %19 = or i64 %_14, %_16
  br label %bb16

bb16:                                             ; preds = %bb13, %bb15
  %v1.sroa.0.0 = phi i64 [ %19, %bb15 ], [ %bhi, %bb13 ]
  %_21 = lshr i64 %0, 1
  %_22 = call i64 @llvm.fshl.i64(i64 %0, i64 %alo, i64 63)
  %_4.i = icmp ult i64 %v1.sroa.0.0, 4294967296
  br i1 %_4.i, label %bb1.i, label %bb2.i

bb2.i:                                            ; preds = %bb16
  %20 = call range(i64 0, 65) i64 @llvm.ctlz.i64(i64 %v1.sroa.0.0, i1 true)
  %d2.i = shl i64 %v1.sroa.0.0, %20
  %21 = icmp eq i64 %20, 0
  br i1 %21, label %bb5.i, label %bb4.i

bb1.i:                                            ; preds = %bb16
  %_5.i = call i64 @llvm.fshl.i64(i64 %_21, i64 %_22, i64 32)
  %q14.i = udiv i64 %_5.i, %v1.sroa.0.0
  %r1.i = urem i64 %_5.i, %v1.sroa.0.0
  %_9.i = shl nuw i64 %r1.i, 32
  %_10.i = and i64 %_22, 4294967295
  %_8.i = or disjoint i64 %_9.i, %_10.i
  %q05.i = udiv i64 %_8.i, %v1.sroa.0.0
  %_12.i = shl i64 %q14.i, 32
  %_11.i = or i64 %_12.i, %q05.i
  br label %_ZN3div7div2by117h5bbc26996ab07d59E.exit

bb4.i:                                            ; preds = %bb2.i
  %_17.i = shl i64 %_21, %20
  %_20.i = sub nsw i64 0, %20
  %_19.i = and i64 %_20.i, 63
  %_18.i = lshr i64 %_22, %_19.i
  %22 = or i64 %_17.i, %_18.i
  br label %bb5.i

bb5.i:                                            ; preds = %bb2.i, %bb4.i
  %hi.i.sroa.0.0 = phi i64 [ %22, %bb4.i ], [ %_21, %bb2.i ]
  %lo3.i = shl i64 %_22, %20
  %d1.i = lshr i64 %d2.i, 32
  %d0.i = and i64 %d2.i, 4294967295
  %l1.i = lshr i64 %lo3.i, 32
  %l0.i = and i64 %lo3.i, 4294967295
  %23 = udiv i64 %hi.i.sroa.0.0, %d1.i
  %24 = urem i64 %hi.i.sroa.0.0, %d1.i
  br label %bb6.i

bb6.i:                                            ; preds = %bb10.i, %bb5.i
  %rh.i.sroa.0.0 = phi i64 [ %24, %bb5.i ], [ %_36.i, %bb10.i ]
  %q1.i.sroa.0.0 = phi i64 [ %23, %bb5.i ], [ %_35.i, %bb10.i ]
  %25 = icmp ult i64 %q1.i.sroa.0.0, 4294967296
  br i1 %25, label %bb8.i, label %bb10.i

bb8.i:                                            ; preds = %bb6.i
  %_30.i = mul nuw i64 %q1.i.sroa.0.0, %d0.i
  %_33.i = shl i64 %rh.i.sroa.0.0, 32
  %_32.i = or disjoint i64 %_33.i, %l1.i
  %_29.i = icmp ugt i64 %_30.i, %_32.i
  br i1 %_29.i, label %bb10.i, label %bb14.i

bb14.i:                                           ; preds = %bb10.i, %bb8.i
  %q1.i.sroa.0.1 = phi i64 [ %q1.i.sroa.0.0, %bb8.i ], [ %_35.i, %bb10.i ]
  %_41.i = shl i64 %hi.i.sroa.0.0, 32
  %_40.i = or disjoint i64 %_41.i, %l1.i
  %_42.i = mul i64 %q1.i.sroa.0.1, %d2.i
  %un.i = sub i64 %_40.i, %_42.i
  %26 = udiv i64 %un.i, %d1.i
  %27 = urem i64 %un.i, %d1.i
  br label %bb15.i

bb10.i:                                           ; preds = %bb8.i, %bb6.i
  %_35.i = add i64 %q1.i.sroa.0.0, -1
  %_36.i = add i64 %rh.i.sroa.0.0, %d1.i
  %28 = icmp ult i64 %_36.i, 4294967296
  br i1 %28, label %bb6.i, label %bb14.i

bb15.i:                                           ; preds = %bb19.i, %bb14.i
  %rh1.i.sroa.0.0 = phi i64 [ %27, %bb14.i ], [ %_53.i, %bb19.i ]
  %q0.i.sroa.0.0 = phi i64 [ %26, %bb14.i ], [ %_52.i, %bb19.i ]
  %29 = icmp ult i64 %q0.i.sroa.0.0, 4294967296
  br i1 %29, label %bb17.i, label %bb19.i

bb17.i:                                           ; preds = %bb15.i
  %_47.i = mul nuw i64 %q0.i.sroa.0.0, %d0.i
  %_50.i = shl i64 %rh1.i.sroa.0.0, 32
  %_49.i = or disjoint i64 %_50.i, %l0.i
  %_46.i = icmp ugt i64 %_47.i, %_49.i
  br i1 %_46.i, label %bb19.i, label %bb23.i

bb23.i:                                           ; preds = %bb19.i, %bb17.i
  %q0.i.sroa.0.1 = phi i64 [ %q0.i.sroa.0.0, %bb17.i ], [ %_52.i, %bb19.i ]
  %_63.i = shl i64 %q1.i.sroa.0.1, 32
  %_62.i = add i64 %_63.i, %q0.i.sroa.0.1
  br label %_ZN3div7div2by117h5bbc26996ab07d59E.exit

bb19.i:                                           ; preds = %bb17.i, %bb15.i
  %_52.i = add i64 %q0.i.sroa.0.0, -1
  %_53.i = add i64 %rh1.i.sroa.0.0, %d1.i
  %30 = icmp ult i64 %_53.i, 4294967296
  br i1 %30, label %bb15.i, label %bb23.i

_ZN3div7div2by117h5bbc26996ab07d59E.exit:         ; preds = %bb1.i, %bb23.i
  %_0.i.sroa.0.0 = phi i64 [ %_11.i, %bb1.i ], [ %_62.i, %bb23.i ]
  %_26 = xor i64 %17, 63
  %31 = lshr i64 %_0.i.sroa.0.0, %_26
  %qlo.sroa.0.3 = call i64 @llvm.usub.sat.i64(i64 %31, i64 1)
  %plo = mul i64 %qlo.sroa.0.3, %blo
  %_33 = call noundef i64 @__sbf_mulhu(i64 noundef %qlo.sroa.0.3, i64 noundef %blo) #3
  %_35 = mul i64 %qlo.sroa.0.3, %bhi
  %phi = add i64 %_33, %_35
  %32 = sub i64 %alo, %plo
  %_38 = sub i64 %0, %phi
  %_40 = icmp ult i64 %alo, %plo
  %_39.neg = sext i1 %_40 to i64
  %33 = add i64 %_38, %_39.neg
  %_41 = icmp ugt i64 %33, %bhi
  br i1 %_41, label %bb26, label %bb23

bb23:                                             ; preds = %_ZN3div7div2by117h5bbc26996ab07d59E.exit
  %_43 = icmp eq i64 %33, %bhi
  %_45 = icmp uge i64 %32, %blo
  %or.cond153 = and i1 %_43, %_45
  br i1 %or.cond153, label %bb26, label %bb31

bb26:                                             ; preds = %bb23, %_ZN3div7div2by117h5bbc26996ab07d59E.exit
  %_47 = add nuw i64 %qlo.sroa.0.3, 1
  %_49 = sub i64 %32, %blo
  %_51 = sub i64 %33, %bhi
  %_53 = icmp ult i64 %32, %blo
  %_52.neg = sext i1 %_53 to i64
  %34 = add i64 %_51, %_52.neg
  br label %bb31
}

; Function Attrs: nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.ctlz.i64(i64, i1 immarg) #1

; Function Attrs: nounwind nonlazybind uwtable
declare noundef i64 @__sbf_mulhu(i64 noundef, i64 noundef) unnamed_addr #0

; Function Attrs: nocallback nocreateundeforpoison nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.fshl.i64(i64, i64, i64) #2

; Function Attrs: nocallback nocreateundeforpoison nofree nosync nounwind speculatable willreturn memory(none)
declare i64 @llvm.usub.sat.i64(i64, i64) #2

attributes #0 = { nounwind }
attributes #1 = { nounwind }
attributes #2 = { nounwind }
attributes #3 = { nounwind }


