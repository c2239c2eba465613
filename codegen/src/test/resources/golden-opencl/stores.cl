program stores(n: int32; %x: float64[n, 3]) -> (%z: float64[n, 3], %w: float64[n, 3]) {
  kernel k0 {
    for i < n, j < 3 {
      %1 = sum k < 3 { x[i, k] }
      z[i, j] = x[i, j] - %1
      w[i, j] = (x[i, j] - %1) * 2.0
    }
  }
}
// ----
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_(__global double* z_, __global const double* x_, __global double* w_, const int n_) {
    const int lane = (int)get_local_id(0);
    const int i_ = (int)get_group_id(0);
    const int v1 = i_ * 3;
    const double v2 = x_[v1];
    const int v3 = 1 + v1;
    const double v4 = x_[v3];
    const int v5 = 2 + v1;
    const double v6 = x_[v5];
    const double v7 = (v2 + v4) + v6;
    const double v8 = v2 - v7;
    if (lane == 0) z_[v1] = v8;
    if (lane == 0) w_[v1] = v8 * 2.0;
    const double v9 = v4 - v7;
    if (lane == 0) z_[v3] = v9;
    if (lane == 0) w_[v3] = v9 * 2.0;
    const double v10 = v6 - v7;
    if (lane == 0) z_[v5] = v10;
    if (lane == 0) w_[v5] = v10 * 2.0;
}
