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

int shl_int(int x, int y) {
    return (uint)y < 32 ? (int)((uint)x << y) : 0;
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
            const float v9 = x_[v1 + l_] - v2;
            const float v10 = fma(v9, 1.442695f, 1.2582912E7f);
            const float v11 = v10 - 1.2582912E7f;
            const float v12 = fma(v11, (-1.4286068E-6f), fma(v11, (-0.69314575f), v9));
            const float v13 = fma(v12, fma(v12, fma(v12, fma(v12, 0.0013789019f, 0.008368682f), 0.041668896f), 0.16666521f), 0.4999999f);
            const float v14 = as_float(((int)((uint)as_int(fma(v12, fma(v12, v13, 1.0f), 1.0f)) + (uint)((int)shl_int(as_int(v10), 23)))));
            float v19;
            if ((-87.0f) <= v9) {
                v19 = v14;
            } else {
                float v18;
                if (v9 <= 88.72283f) {
                    const uchar v15 = v9 < (-87.0f);
                    float v17;
                    if (v15) {
                        const float v16 = (v15 ? ((v9 < (-104.0f)) ? 0.0f : as_float(((int)((uint)as_int(v14) + (uint)268435456)))) : 0.0f) * 2.3283064E-10f;
                        v17 = v16;
                    } else {
                        v17 = v14;
                    }
                    v18 = v17;
                } else {
                    v18 = v9 * ((float)INFINITY);
                }
                v19 = v18;
            }
            v8 = v8 + v19;
            const float v20 = v8 - v6;
            const float v21 = v5 + v20;
            v6 = (v21 - v5) - v20;
            v5 = v21;
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
    for (uint v22 = 0; v22 < m_; v22 += 128) {
        const int j_ = v22 + lane;
        if (j_ < m_) {
            const int v23 = v1 + j_;
            const float v24 = x_[v23] - v2;
            const float v25 = fma(v24, 1.442695f, 1.2582912E7f);
            const float v26 = v25 - 1.2582912E7f;
            const float v27 = fma(v26, (-1.4286068E-6f), fma(v26, (-0.69314575f), v24));
            const float v28 = fma(v27, fma(v27, fma(v27, fma(v27, 0.0013789019f, 0.008368682f), 0.041668896f), 0.16666521f), 0.4999999f);
            const float v29 = as_float(((int)((uint)as_int(fma(v27, fma(v27, v28, 1.0f), 1.0f)) + (uint)((int)shl_int(as_int(v25), 23)))));
            float v34;
            if ((-87.0f) <= v24) {
                v34 = v29;
            } else {
                float v33;
                if (v24 <= 88.72283f) {
                    const uchar v30 = v24 < (-87.0f);
                    float v32;
                    if (v30) {
                        const float v31 = (v30 ? ((v24 < (-104.0f)) ? 0.0f : as_float(((int)((uint)as_int(v29) + (uint)268435456)))) : 0.0f) * 2.3283064E-10f;
                        v32 = v31;
                    } else {
                        v32 = v29;
                    }
                    v33 = v32;
                } else {
                    v33 = v24 * ((float)INFINITY);
                }
                v34 = v33;
            }
            z_[v23] = v34 / v5;
        }
    }
}
