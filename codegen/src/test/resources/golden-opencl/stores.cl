program stores(n: int32, m: int32; %x: float64[n, 3], %y: float64[n, m]) -> (%z: float64[n, 3], %w: float64[n, 3], %u: float64[n, 3]) {
  kernel k0 {
    for i < n, j < 3 {
      %1 = sum k < 3 { x[i, k] }
      z[i, j] = x[i, j] - %1
      w[i, j] = (x[i, j] - %1) * 2.0
    }
  }
  kernel k1 {
    for i < n, j < 3 {
      %1 = sum k < m { y[i, k] }
      u[i, j] = (x[i, j] - %1) * 2.0
    }
  }
}
// ----
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_(__global double* z_, __global const double* x_, __global double* w_, const int n_) {
    const int item = (int)get_global_id(0);
    if ((uint)item >= (uint)(n_)) return;
    const int i_ = item;
    const int v1 = i_ * 3;
    const double v2 = x_[v1];
    const int v3 = 1 + v1;
    const double v4 = x_[v3];
    const int v5 = 2 + v1;
    const double v6 = x_[v5];
    const double v7 = (v2 + v4) + v6;
    const double v8 = v2 - v7;
    z_[v1] = v8;
    w_[v1] = v8 * 2.0;
    const double v9 = v4 - v7;
    z_[v3] = v9;
    w_[v3] = v9 * 2.0;
    const double v10 = v6 - v7;
    z_[v5] = v10;
    w_[v5] = v10 * 2.0;
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k1_(__global const double* y_, __global double* u_, __global const double* x_, const int n_, const int m_) {
    __local double shared_double[128];
    const int lane = (int)get_local_id(0);
    const int i_ = (int)get_group_id(0);
    const int v1 = (int)((uint)i_ * (uint)m_);
    double v2 = 0.0;
    double v3 = 0;
    for (uint v4 = 0; v4 < m_; v4 += 128) {
        const int k_ = v4 + lane;
        if (k_ < m_) {
            double v5 = 0;
            const double v6 = y_[v1 + k_];
            v5 = v5 + v6;
            const double v7 = v5 - v3;
            const double v8 = v2 + v7;
            v3 = (v8 - v2) - v7;
            v2 = v8;
            if (v3 != v3) v3 = 0;
        }
    }
    shared_double[lane] = v2;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 64) shared_double[lane] = shared_double[lane] + shared_double[lane + 64];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 32) shared_double[lane] = shared_double[lane] + shared_double[lane + 32];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 16) shared_double[lane] = shared_double[lane] + shared_double[lane + 16];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 8) shared_double[lane] = shared_double[lane] + shared_double[lane + 8];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 4) shared_double[lane] = shared_double[lane] + shared_double[lane + 4];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 2) shared_double[lane] = shared_double[lane] + shared_double[lane + 2];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 1) shared_double[lane] = shared_double[lane] + shared_double[lane + 1];
    barrier(CLK_LOCAL_MEM_FENCE);
    v2 = shared_double[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    const int v9 = i_ * 3;
    if (lane == 0) u_[v9] = (x_[v9] - v2) * 2.0;
    const int v10 = 1 + v9;
    if (lane == 0) u_[v10] = (x_[v10] - v2) * 2.0;
    const int v11 = 2 + v9;
    if (lane == 0) u_[v11] = (x_[v11] - v2) * 2.0;
}
