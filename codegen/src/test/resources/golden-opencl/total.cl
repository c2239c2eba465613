program total(n: int32; %x: float64[n]) -> (%s: float64[], %p: int64[]) {
  kernel k0 {
    s[] = sum i < n { x[i] }
  }
  kernel k1 {
    p[] = max j < n { int64(x[j]) }
  }
}
// ----
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF

long max_long(long x, long y) {
    return x > y ? x : y;
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_(__global const double* x_, __global double* s_, const int n_) {
    __local double shared_double[128];
    const int lane = (int)get_local_id(0);
    double v1 = 0.0;
    double v2 = 0;
    for (uint v3 = 0; v3 < n_; v3 += 128) {
        const int i_ = v3 + lane;
        if (i_ < n_) {
            double v4 = 0;
            const double v5 = x_[i_];
            v4 = v4 + v5;
            const double v6 = v4 - v2;
            const double v7 = v1 + v6;
            v2 = (v7 - v1) - v6;
            v1 = v7;
            if (v2 != v2) v2 = 0;
        }
    }
    shared_double[lane] = v1;
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
    v1 = shared_double[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane == 0) s_[0] = v1;
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k1_(__global const double* x_, __global long* p_, const int n_) {
    __local long shared_long[128];
    const int lane = (int)get_local_id(0);
    long v1 = (-9223372036854775807L - 1);
    for (uint v2 = 0; v2 < n_; v2 += 128) {
        const int j_ = v2 + lane;
        if (j_ < n_) {
            const long v3 = convert_long_sat(x_[j_]);
            v1 = max_long(v1, v3);
        }
    }
    shared_long[lane] = v1;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 64) shared_long[lane] = max_long(shared_long[lane], shared_long[lane + 64]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 32) shared_long[lane] = max_long(shared_long[lane], shared_long[lane + 32]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 16) shared_long[lane] = max_long(shared_long[lane], shared_long[lane + 16]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 8) shared_long[lane] = max_long(shared_long[lane], shared_long[lane + 8]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 4) shared_long[lane] = max_long(shared_long[lane], shared_long[lane + 4]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 2) shared_long[lane] = max_long(shared_long[lane], shared_long[lane + 2]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 1) shared_long[lane] = max_long(shared_long[lane], shared_long[lane + 1]);
    barrier(CLK_LOCAL_MEM_FENCE);
    v1 = shared_long[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane == 0) p_[0] = v1;
}
