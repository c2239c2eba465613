program part(n: int32, m: int32; %x: float32[n, m]) -> (%z: float32[m]) {
  var %part: float32[m, 1024]
  kernel k0_part0 {
    for p < 1024, j < m {
      part[j, p] = sum i < ((n - 1) // 1024) + 1 { ((0 <= ((i * 1024) + p)) & (((i * 1024) + p) < n)) ? x[(i * 1024) + p, j] : 0.0f }
    }
  }
  kernel k0 {
    for j < m {
      z[j] = sum p < 1024 { part[j, p] }
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
void k0_part0_(__global const float* x_, __global float* part_, const int m_, const int n_) {
    const int item = (int)get_global_id(0);
    if ((uint)item >= (uint)(1024 * m_)) return;
    const int p_ = item / (m_);
    const int j_ = item % m_;
    const int v1 = (int)((uint)((int)floordiv_int(((int)((uint)n_ - (uint)1)), 1024)) + (uint)1);
    const int v2 = (int)((uint)((int)((uint)p_ * (uint)m_)) + (uint)j_);
    const int v3 = (int)((uint)m_ * (uint)1024);
    float v4 = 0.0f;
    float v5 = 0;
    const int v6 = v1;
    const int v7 = v6 / 4096;
    for (int v8 = 0; v8 <= (v6 - 1) / 2048; ++v8) {
        const int v9 = (v8 / 2 < v7 ? v8 / 2 + v8 % 2 * v7 : v8) * 2048;
        const int v10 = v9 + min(v6 - v9, 2048);
        float v11[32] = {0};
        int i_ = v9;
        while (i_ < v10 - 31) {
            #pragma unroll
            for (int turn = 0; turn < 32; ++turn, ++i_) {
                const int v12 = (int)((uint)((int)((uint)i_ * (uint)1024)) + (uint)p_);
                const float v13 = ((0 <= v12) & (v12 < n_)) ? x_[v2 + (i_ * v3)] : 0.0f;
                v11[turn] = v11[turn] + v13;
            }
        }
        if (i_ < v10 - 15) {
            #pragma unroll
            for (int turn = 0; turn < 16; ++turn, ++i_) {
                const int v14 = (int)((uint)((int)((uint)i_ * (uint)1024)) + (uint)p_);
                const float v15 = ((0 <= v14) & (v14 < n_)) ? x_[v2 + (i_ * v3)] : 0.0f;
                v11[turn] = v11[turn] + v15;
            }
        }
        v11[0] = v11[0] + v11[16];
        v11[1] = v11[1] + v11[17];
        v11[2] = v11[2] + v11[18];
        v11[3] = v11[3] + v11[19];
        v11[4] = v11[4] + v11[20];
        v11[5] = v11[5] + v11[21];
        v11[6] = v11[6] + v11[22];
        v11[7] = v11[7] + v11[23];
        v11[8] = v11[8] + v11[24];
        v11[9] = v11[9] + v11[25];
        v11[10] = v11[10] + v11[26];
        v11[11] = v11[11] + v11[27];
        v11[12] = v11[12] + v11[28];
        v11[13] = v11[13] + v11[29];
        v11[14] = v11[14] + v11[30];
        v11[15] = v11[15] + v11[31];
        v11[0] = v11[0] + v11[8];
        v11[1] = v11[1] + v11[9];
        v11[2] = v11[2] + v11[10];
        v11[3] = v11[3] + v11[11];
        v11[4] = v11[4] + v11[12];
        v11[5] = v11[5] + v11[13];
        v11[6] = v11[6] + v11[14];
        v11[7] = v11[7] + v11[15];
        v11[0] = v11[0] + v11[4];
        v11[1] = v11[1] + v11[5];
        v11[2] = v11[2] + v11[6];
        v11[3] = v11[3] + v11[7];
        v11[0] = v11[0] + v11[2];
        v11[1] = v11[1] + v11[3];
        v11[0] = v11[0] + v11[1];
        for (; i_ < v10; ++i_) {
            const int v16 = (int)((uint)((int)((uint)i_ * (uint)1024)) + (uint)p_);
            const float v17 = ((0 <= v16) & (v16 < n_)) ? x_[v2 + (i_ * v3)] : 0.0f;
            v11[0] = v11[0] + v17;
        }
        const float v18 = v11[0] - v5;
        const float v19 = v4 + v18;
        v5 = (v19 - v4) - v18;
        v4 = v19;
        if (v5 != v5) v5 = 0;
    }
    part_[(j_ * 1024) + p_] = v4;
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_(__global const float* part_, __global float* z_, const int m_) {
    __local float shared_float[128];
    const int lane = (int)get_local_id(0);
    const int j_ = (int)get_group_id(0);
    const int v1 = (int)((uint)j_ * (uint)1024);
    float v2 = 0.0f;
    float v3 = 0;
    for (uint v4 = 0; v4 < 1024; v4 += 128) {
        const int p_ = v4 + lane;
        if (p_ < 1024) {
            float v5 = 0;
            const float v6 = part_[v1 + p_];
            v5 = v5 + v6;
            const float v7 = v5 - v3;
            const float v8 = v2 + v7;
            v3 = (v8 - v2) - v7;
            v2 = v8;
            if (v3 != v3) v3 = 0;
        }
    }
    shared_float[lane] = v2;
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
    v2 = shared_float[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane == 0) z_[j_] = v2;
}
