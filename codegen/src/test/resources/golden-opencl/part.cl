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
    for (int v6 = 0; v6 < v1; v6 += 2048) {
        const int v7 = min(v1, v6 + 2048);
        float v8[32] = {0};
        int i_ = v6;
        while (i_ < v7 - 31) {
            #pragma unroll
            for (int turn = 0; turn < 32; ++turn, ++i_) {
                const int v9 = (int)((uint)((int)((uint)i_ * (uint)1024)) + (uint)p_);
                const float v10 = ((0 <= v9) & (v9 < n_)) ? x_[v2 + (i_ * v3)] : 0.0f;
                v8[turn] = v8[turn] + v10;
            }
        }
        if (i_ < v7 - 15) {
            #pragma unroll
            for (int turn = 0; turn < 16; ++turn, ++i_) {
                const int v11 = (int)((uint)((int)((uint)i_ * (uint)1024)) + (uint)p_);
                const float v12 = ((0 <= v11) & (v11 < n_)) ? x_[v2 + (i_ * v3)] : 0.0f;
                v8[turn] = v8[turn] + v12;
            }
        }
        v8[0] = v8[0] + v8[16];
        v8[1] = v8[1] + v8[17];
        v8[2] = v8[2] + v8[18];
        v8[3] = v8[3] + v8[19];
        v8[4] = v8[4] + v8[20];
        v8[5] = v8[5] + v8[21];
        v8[6] = v8[6] + v8[22];
        v8[7] = v8[7] + v8[23];
        v8[8] = v8[8] + v8[24];
        v8[9] = v8[9] + v8[25];
        v8[10] = v8[10] + v8[26];
        v8[11] = v8[11] + v8[27];
        v8[12] = v8[12] + v8[28];
        v8[13] = v8[13] + v8[29];
        v8[14] = v8[14] + v8[30];
        v8[15] = v8[15] + v8[31];
        v8[0] = v8[0] + v8[8];
        v8[1] = v8[1] + v8[9];
        v8[2] = v8[2] + v8[10];
        v8[3] = v8[3] + v8[11];
        v8[4] = v8[4] + v8[12];
        v8[5] = v8[5] + v8[13];
        v8[6] = v8[6] + v8[14];
        v8[7] = v8[7] + v8[15];
        v8[0] = v8[0] + v8[4];
        v8[1] = v8[1] + v8[5];
        v8[2] = v8[2] + v8[6];
        v8[3] = v8[3] + v8[7];
        v8[0] = v8[0] + v8[2];
        v8[1] = v8[1] + v8[3];
        v8[0] = v8[0] + v8[1];
        for (; i_ < v7; ++i_) {
            const int v13 = (int)((uint)((int)((uint)i_ * (uint)1024)) + (uint)p_);
            const float v14 = ((0 <= v13) & (v13 < n_)) ? x_[v2 + (i_ * v3)] : 0.0f;
            v8[0] = v8[0] + v14;
        }
        const float v15 = v8[0] - v5;
        const float v16 = v4 + v15;
        v5 = (v16 - v4) - v15;
        v4 = v16;
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
