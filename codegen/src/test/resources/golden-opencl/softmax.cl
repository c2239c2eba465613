program softmax(n: int32, m: int32; %x: float32[n, m]) -> (%z: float32[n, m]) {
  kernel k0 {
    for i < n, j < m {
      %1 = max k < m { x[i, k] }
      %2 = sum l < m { exp(x[i, l] - %1) }
      z[i, j] = exp(x[i, j] - %1) / %2
    }
  }
}
// ----
#pragma OPENCL FP_CONTRACT OFF

float max_float(float x, float y) {
    return x > y || x != x ? x : x == y ? (signbit(x) ? y : x) : y;
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_(__global const float* x_, __global float* z_, const int n_, const int m_) {
    __local float shared_float[128];
    const int lane = (int)get_local_id(0);
    const int i_ = (int)get_group_id(0);
    if (m_ <= 0) return;
    const int v1 = (int)((uint)i_ * (uint)m_);
    float v2 = ((float)-INFINITY);
    for (uint v3 = 0; v3 < m_; v3 += 128) {
        const int k_ = v3 + lane;
        if (k_ < m_) {
            const float v4 = x_[v1 + k_];
            v2 = max_float(v2, v4);
        }
    }
    shared_float[lane] = v2;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 64) shared_float[lane] = max_float(shared_float[lane], shared_float[lane + 64]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 32) shared_float[lane] = max_float(shared_float[lane], shared_float[lane + 32]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 16) shared_float[lane] = max_float(shared_float[lane], shared_float[lane + 16]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 8) shared_float[lane] = max_float(shared_float[lane], shared_float[lane + 8]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 4) shared_float[lane] = max_float(shared_float[lane], shared_float[lane + 4]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 2) shared_float[lane] = max_float(shared_float[lane], shared_float[lane + 2]);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 1) shared_float[lane] = max_float(shared_float[lane], shared_float[lane + 1]);
    barrier(CLK_LOCAL_MEM_FENCE);
    v2 = shared_float[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    float v5 = 0.0f;
    float v6 = 0;
    for (uint v7 = 0; v7 < m_; v7 += 128) {
        const int l_ = v7 + lane;
        if (l_ < m_) {
            float v8 = 0;
            const float v9 = exp((x_[v1 + l_] - v2));
            v8 = v8 + v9;
            const float v10 = v8 - v6;
            const float v11 = v5 + v10;
            v6 = (v11 - v5) - v10;
            v5 = v11;
            if (v6 != v6) v6 = 0;
        }
    }
    shared_float[lane] = v5;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 64) shared_float[lane] = shared_float[lane] + shared_float[lane + 64];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 32) shared_float[lane] = shared_float[lane] + shared_float[lane + 32];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 16) shared_float[lane] = shared_float[lane] + shared_float[lane + 16];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 8) shared_float[lane] = shared_float[lane] + shared_float[lane + 8];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 4) shared_float[lane] = shared_float[lane] + shared_float[lane + 4];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 2) shared_float[lane] = shared_float[lane] + shared_float[lane + 2];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < 1) shared_float[lane] = shared_float[lane] + shared_float[lane + 1];
    barrier(CLK_LOCAL_MEM_FENCE);
    v5 = shared_float[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint v12 = 0; v12 < m_; v12 += 128) {
        const int j_ = v12 + lane;
        if (j_ < m_) {
            const int v13 = v1 + j_;
            z_[v13] = exp((x_[v13] - v2)) / v5;
        }
    }
}
