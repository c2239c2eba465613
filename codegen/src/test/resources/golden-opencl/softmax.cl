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
            const float v13 = v12 * v12;
            const float v14 = fma(v13, fma(v13, 0.0013789019f, fma(v12, 0.008368682f, 0.041668896f)), fma(v12, 0.16666521f, 0.4999999f));
            const float v15 = as_float(((int)((uint)as_int(fma(v12, fma(v12, v14, 1.0f), 1.0f)) + (uint)((int)shl_int(as_int(v10), 23)))));
            float v20;
            if (fabs(v9) <= 87.0f) {
                v20 = v15;
            } else {
                float v19;
                if (v9 <= 88.72283f) {
                    const uchar v16 = v9 < (-87.0f);
                    float v18;
                    if (v16) {
                        const float v17 = (v16 ? ((v9 < (-104.0f)) ? 0.0f : as_float(((int)((uint)as_int(v15) + (uint)268435456)))) : 0.0f) * 2.3283064E-10f;
                        v18 = v17;
                    } else {
                        v18 = v15;
                    }
                    v19 = v18;
                } else {
                    v19 = v9 * ((float)INFINITY);
                }
                v20 = v19;
            }
            v8 = v8 + v20;
            const float v21 = v8 - v6;
            const float v22 = v5 + v21;
            v6 = (v22 - v5) - v21;
            v5 = v22;
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
    for (uint v23 = 0; v23 < m_; v23 += 128) {
        const int j_ = v23 + lane;
        if (j_ < m_) {
            const int v24 = v1 + j_;
            const float v25 = x_[v24] - v2;
            const float v26 = fma(v25, 1.442695f, 1.2582912E7f);
            const float v27 = v26 - 1.2582912E7f;
            const float v28 = fma(v27, (-1.4286068E-6f), fma(v27, (-0.69314575f), v25));
            const float v29 = v28 * v28;
            const float v30 = fma(v29, fma(v29, 0.0013789019f, fma(v28, 0.008368682f, 0.041668896f)), fma(v28, 0.16666521f, 0.4999999f));
            const float v31 = as_float(((int)((uint)as_int(fma(v28, fma(v28, v30, 1.0f), 1.0f)) + (uint)((int)shl_int(as_int(v26), 23)))));
            float v36;
            if (fabs(v25) <= 87.0f) {
                v36 = v31;
            } else {
                float v35;
                if (v25 <= 88.72283f) {
                    const uchar v32 = v25 < (-87.0f);
                    float v34;
                    if (v32) {
                        const float v33 = (v32 ? ((v25 < (-104.0f)) ? 0.0f : as_float(((int)((uint)as_int(v31) + (uint)268435456)))) : 0.0f) * 2.3283064E-10f;
                        v34 = v33;
                    } else {
                        v34 = v31;
                    }
                    v35 = v34;
                } else {
                    v35 = v25 * ((float)INFINITY);
                }
                v36 = v35;
            }
            z_[v24] = v36 / v5;
        }
    }
}
