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
            const float v12 = fma(v11, (-0.69314575f), v9);
            const float v13 = v11 * 1.4286068E-6f;
            const float v14 = v12 - v13;
            const float v15 = v14 * v14;
            const float v16 = fma((v15 * v15), fma(v14, 1.9890991E-4f, 0.001393365f), fma(v15, fma(v14, 0.0083333105f, 0.041666467f), fma(v14, 0.16666667f, 0.5f)));
            const int v17 = (int)((uint)as_int(((v14 + fma(v15, v16, ((v12 - v14) - v13))) + 1.0f)) + (uint)((int)shl_int(as_int(v10), 23)));
            const float v18 = as_float(v17);
            float v22;
            if (fabs(v9) <= 87.0f) {
                v22 = v18;
            } else {
                float v21;
                if (v9 <= 88.72283f) {
                    float v20;
                    if (v9 < (-87.0f)) {
                        const float v19 = (v9 < (-104.0f)) ? 0.0f : (as_float(((int)((uint)as_int(v18) + (uint)268435456))) * 2.3283064E-10f);
                        v20 = v19;
                    } else {
                        v20 = v18;
                    }
                    v21 = v20;
                } else {
                    v21 = v9 * ((float)INFINITY);
                }
                v22 = v21;
            }
            v8 = v8 + v22;
            const float v23 = v8 - v6;
            const float v24 = v5 + v23;
            v6 = (v24 - v5) - v23;
            v5 = v24;
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
    for (uint v25 = 0; v25 < m_; v25 += 128) {
        const int j_ = v25 + lane;
        if (j_ < m_) {
            const int v26 = v1 + j_;
            const float v27 = x_[v26] - v2;
            const float v28 = fma(v27, 1.442695f, 1.2582912E7f);
            const float v29 = v28 - 1.2582912E7f;
            const float v30 = fma(v29, (-0.69314575f), v27);
            const float v31 = v29 * 1.4286068E-6f;
            const float v32 = v30 - v31;
            const float v33 = v32 * v32;
            const float v34 = fma((v33 * v33), fma(v32, 1.9890991E-4f, 0.001393365f), fma(v33, fma(v32, 0.0083333105f, 0.041666467f), fma(v32, 0.16666667f, 0.5f)));
            const int v35 = (int)((uint)as_int(((v32 + fma(v33, v34, ((v30 - v32) - v31))) + 1.0f)) + (uint)((int)shl_int(as_int(v28), 23)));
            const float v36 = as_float(v35);
            float v40;
            if (fabs(v27) <= 87.0f) {
                v40 = v36;
            } else {
                float v39;
                if (v27 <= 88.72283f) {
                    float v38;
                    if (v27 < (-87.0f)) {
                        const float v37 = (v27 < (-104.0f)) ? 0.0f : (as_float(((int)((uint)as_int(v36) + (uint)268435456))) * 2.3283064E-10f);
                        v38 = v37;
                    } else {
                        v38 = v36;
                    }
                    v39 = v38;
                } else {
                    v39 = v27 * ((float)INFINITY);
                }
                v40 = v39;
            }
            z_[v26] = v40 / v5;
        }
    }
}
