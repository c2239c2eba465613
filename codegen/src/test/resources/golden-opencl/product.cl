program product(n: int32, k: int32, m: int32; %x: float32[n, k], %y: float32[k, m]) -> (%z: float32[n, m]) {
  kernel k0 {
    for i < n, j < m {
      z[i, j] = sum l < k { x[i, l] * y[l, j] }
    }
  }
}
// ----
#pragma OPENCL FP_CONTRACT OFF

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_(__global const float* x_, __global const float* y_, __global float* z_, const int n_, const int m_, const int k_) {
    const int item = (int)get_global_id(0);
    if ((uint)item >= (uint)(n_ * m_)) return;
    const int i_ = item / (m_);
    const int j_ = item % m_;
    const int v1 = (int)((uint)i_ * (uint)k_);
    float v2 = 0.0f;
    float v3 = 0;
    for (int v4 = 0; v4 < k_; v4 += 2048) {
        const int v5 = min(k_, v4 + 2048);
        float v6[32] = {0};
        int l_ = v4;
        while (l_ < v5 - 31) {
            #pragma unroll
            for (int turn = 0; turn < 32; ++turn, ++l_) {
                v6[turn] = fma(x_[v1 + l_], y_[j_ + (l_ * m_)], v6[turn]);
            }
        }
        if (l_ < v5 - 15) {
            #pragma unroll
            for (int turn = 0; turn < 16; ++turn, ++l_) {
                v6[turn] = fma(x_[v1 + l_], y_[j_ + (l_ * m_)], v6[turn]);
            }
        }
        v6[0] = v6[0] + v6[16];
        v6[1] = v6[1] + v6[17];
        v6[2] = v6[2] + v6[18];
        v6[3] = v6[3] + v6[19];
        v6[4] = v6[4] + v6[20];
        v6[5] = v6[5] + v6[21];
        v6[6] = v6[6] + v6[22];
        v6[7] = v6[7] + v6[23];
        v6[8] = v6[8] + v6[24];
        v6[9] = v6[9] + v6[25];
        v6[10] = v6[10] + v6[26];
        v6[11] = v6[11] + v6[27];
        v6[12] = v6[12] + v6[28];
        v6[13] = v6[13] + v6[29];
        v6[14] = v6[14] + v6[30];
        v6[15] = v6[15] + v6[31];
        v6[0] = v6[0] + v6[8];
        v6[1] = v6[1] + v6[9];
        v6[2] = v6[2] + v6[10];
        v6[3] = v6[3] + v6[11];
        v6[4] = v6[4] + v6[12];
        v6[5] = v6[5] + v6[13];
        v6[6] = v6[6] + v6[14];
        v6[7] = v6[7] + v6[15];
        v6[0] = v6[0] + v6[4];
        v6[1] = v6[1] + v6[5];
        v6[2] = v6[2] + v6[6];
        v6[3] = v6[3] + v6[7];
        v6[0] = v6[0] + v6[2];
        v6[1] = v6[1] + v6[3];
        v6[0] = v6[0] + v6[1];
        for (; l_ < v5; ++l_) {
            v6[0] = fma(x_[v1 + l_], y_[j_ + (l_ * m_)], v6[0]);
        }
        const float v7 = v6[0] - v3;
        const float v8 = v2 + v7;
        v3 = (v8 - v2) - v7;
        v2 = v8;
        if (v3 != v3) v3 = 0;
    }
    z_[(i_ * m_) + j_] = v2;
}
