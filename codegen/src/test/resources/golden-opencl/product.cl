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
    const int v4 = k_;
    const int v5 = v4 / 4096;
    for (int v6 = 0; v6 <= (v4 - 1) / 2048; ++v6) {
        const int v7 = (v6 / 2 < v5 ? v6 / 2 + v6 % 2 * v5 : v6) * 2048;
        const int v8 = v7 + min(v4 - v7, 2048);
        float v9[32] = {0};
        int l_ = v7;
        while (l_ < v8 - 31) {
            #pragma unroll
            for (int turn = 0; turn < 32; ++turn, ++l_) {
                v9[turn] = fma(x_[v1 + l_], y_[j_ + (l_ * m_)], v9[turn]);
            }
        }
        if (l_ < v8 - 15) {
            #pragma unroll
            for (int turn = 0; turn < 16; ++turn, ++l_) {
                v9[turn] = fma(x_[v1 + l_], y_[j_ + (l_ * m_)], v9[turn]);
            }
        }
        v9[0] = v9[0] + v9[16];
        v9[1] = v9[1] + v9[17];
        v9[2] = v9[2] + v9[18];
        v9[3] = v9[3] + v9[19];
        v9[4] = v9[4] + v9[20];
        v9[5] = v9[5] + v9[21];
        v9[6] = v9[6] + v9[22];
        v9[7] = v9[7] + v9[23];
        v9[8] = v9[8] + v9[24];
        v9[9] = v9[9] + v9[25];
        v9[10] = v9[10] + v9[26];
        v9[11] = v9[11] + v9[27];
        v9[12] = v9[12] + v9[28];
        v9[13] = v9[13] + v9[29];
        v9[14] = v9[14] + v9[30];
        v9[15] = v9[15] + v9[31];
        v9[0] = v9[0] + v9[8];
        v9[1] = v9[1] + v9[9];
        v9[2] = v9[2] + v9[10];
        v9[3] = v9[3] + v9[11];
        v9[4] = v9[4] + v9[12];
        v9[5] = v9[5] + v9[13];
        v9[6] = v9[6] + v9[14];
        v9[7] = v9[7] + v9[15];
        v9[0] = v9[0] + v9[4];
        v9[1] = v9[1] + v9[5];
        v9[2] = v9[2] + v9[6];
        v9[3] = v9[3] + v9[7];
        v9[0] = v9[0] + v9[2];
        v9[1] = v9[1] + v9[3];
        v9[0] = v9[0] + v9[1];
        for (; l_ < v8; ++l_) {
            v9[0] = fma(x_[v1 + l_], y_[j_ + (l_ * m_)], v9[0]);
        }
        const float v10 = v9[0] - v3;
        const float v11 = v2 + v10;
        v3 = (v11 - v2) - v10;
        v2 = v11;
        if (v3 != v3) v3 = 0;
    }
    z_[(i_ * m_) + j_] = v2;
}
