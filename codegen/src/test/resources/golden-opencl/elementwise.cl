program elementwise(n: int32, m: int32; %x: float64[n, m], %y: float64[m], %c: bool[n]) -> (%z: float64[n, m]) {
  kernel k0 {
    for i < n, j < m {
      %1 = x[i, j] * y[j]
      z[i, j] = where(c[i], maximum(%1, 0.0), %1 + 0.1)
    }
  }
}
// ----
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF

double max_double(double x, double y) {
    return x > y || x != x ? x : x == y ? (signbit(x) ? y : x) : y;
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_(__global double* z_, __global const uchar* c_, __global const double* x_, __global const double* y_, const int n_, const int m_) {
    const int item = (int)get_global_id(0);
    if ((uint)item >= (uint)(n_ * m_)) return;
    const int i_ = item / (m_);
    const int j_ = item % m_;
    const int v1 = (i_ * m_) + j_;
    const double v2 = x_[v1] * y_[j_];
    z_[v1] = c_[i_] ? max_double(v2, 0.0) : (v2 + 0.1);
}
