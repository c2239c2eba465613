program integers(n: int32; %x: int32[n], %y: uint8[n], %at: int64[n]) -> (%z: int32[n], %w: uint8[n], %t: int32[n]) {
  kernel k0 {
    for i < n {
      z[i] = x[i] // (x[i] + 3)
      w[i] = y[i] * y[i]
      %1 = int32(at[i])
      t[i] = 0 <= %1 & %1 < n ? x[%1] : -1
    }
  }
}
// ----
#pragma OPENCL FP_CONTRACT OFF

int floordiv_int(int x, int y) {
    if (y == 0) return 0;
    if (y == -1) return (int)(0 - (uint)x);
    int q = x / y;
    return x % y != 0 && (x ^ y) < 0 ? q - 1 : q;
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_(__global int* z_, __global const int* x_, __global uchar* w_, __global const uchar* y_, __global int* t_, __global const long* at_, const int n_) {
    const int item = (int)get_global_id(0);
    if ((uint)item >= (uint)(n_)) return;
    const int i_ = item;
    const int v1 = x_[i_];
    z_[i_] = (int)floordiv_int(v1, ((int)((uint)v1 + (uint)3)));
    const uchar v2 = y_[i_];
    w_[i_] = (uchar)((uint)v2 * (uint)v2);
    const int v3 = (int)at_[i_];
    t_[i_] = ((0 <= v3) & (v3 < n_)) ? x_[v3] : (-1);
}
