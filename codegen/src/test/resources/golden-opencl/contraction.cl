program contraction(b: int32, n: int32, k: int32, m: int32; %x: float32[b, k, n], %y: float32[b, k, m]) -> (%z: float32[b, n, m]) {
  contract k0 {
    for p < b, i < n, j < m {
      z[p, i, j] = sum l < k { x[p, l, i] * y[p, l, j] }
    }
  }
}
// ----
#pragma OPENCL FP_CONTRACT OFF

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_(__global const float* x_, __global const float* y_, __global float* z_, const int b_, const int n_, const int k_, const int m_) {
    __local float4 tile_x[272];
    __local float4 tile_y[528];
    const int lane = (int)get_local_id(0);
    const int group = (int)get_group_id(0);
    const int rows = n_;
    const int columns = m_;
    const int tiles_across = (columns - 1) / 128 + 1;
    const int tiles_down = (rows - 1) / 64 + 1;
    const int row0 = group / tiles_across % tiles_down * 64;
    const int column0 = group % tiles_across * 128;
    const int matrix = group / tiles_across / tiles_down;
    const int p_ = matrix;
    const int across = lane % 16;
    const int down = lane / 16;
    float total[64] = {0};
    const int terms = k_;
    float next_x[8];
    const int x_fast = lane % 64;
    const int x_slow = lane / 64;
    const int x_from = p_ * (n_ * k_);
    const int x_stride = 1;
    const int x_term = n_;
    float next_y[16];
    const int y_fast = lane % 128;
    const int y_slow = lane / 128;
    const int y_from = p_ * (m_ * k_);
    const int y_stride = 1;
    const int y_term = m_;
    float4 s0 = 0;
    float4 s1 = 0;
    float4 s2 = 0;
    float4 s3 = 0;
    float4 s4 = 0;
    float4 s5 = 0;
    float4 s6 = 0;
    float4 s7 = 0;
    float4 s8 = 0;
    float4 s9 = 0;
    float4 s10 = 0;
    float4 s11 = 0;
    float4 s12 = 0;
    float4 s13 = 0;
    float4 s14 = 0;
    float4 s15 = 0;
    const int blocks = max(1, (terms + 319) / 320);
    const int block = (terms + blocks - 1) / blocks;
    const int steps = (block + 15) / 16;
    int from = 0;
    int end = min(block, terms);
    #pragma unroll
    for (int turn = 0; turn < 8; ++turn) {
        const int row = x_fast;
        const int term = x_slow + turn * 2;
        next_x[turn] = row0 + row < rows && from + term < end
            ? x_[x_from + (row0 + row) * x_stride + (from + term) * x_term] : 0;
    }
    #pragma unroll
    for (int turn = 0; turn < 16; ++turn) {
        const int column = y_fast;
        const int term = y_slow + turn * 1;
        next_y[turn] = column0 + column < columns && from + term < end
            ? y_[y_from + (column0 + column) * y_stride + (from + term) * y_term] : 0;
    }
    for (int next = 1; next <= blocks * steps; ++next) {
        barrier(CLK_LOCAL_MEM_FENCE);
        #pragma unroll
        for (int turn = 0; turn < 8; ++turn) {
            const int row = x_fast;
            const int term = x_slow + turn * 2;
            ((__local float*)tile_x)[term * 68 + row] = next_x[turn];
        }
        #pragma unroll
        for (int turn = 0; turn < 16; ++turn) {
            const int column = y_fast;
            const int term = y_slow + turn * 1;
            ((__local float*)tile_y)[term * 132 + column] = next_y[turn];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        from = next / steps * block + next % steps * 16;
        end = min((next / steps + 1) * block, terms);
        #pragma unroll
        for (int turn = 0; turn < 8; ++turn) {
            const int row = x_fast;
            const int term = x_slow + turn * 2;
            next_x[turn] = row0 + row < rows && from + term < end
                ? x_[x_from + (row0 + row) * x_stride + (from + term) * x_term] : 0;
        }
        #pragma unroll
        for (int turn = 0; turn < 16; ++turn) {
            const int column = y_fast;
            const int term = y_slow + turn * 1;
            next_y[turn] = column0 + column < columns && from + term < end
                ? y_[y_from + (column0 + column) * y_stride + (from + term) * y_term] : 0;
        }
        #pragma unroll 8
        for (int term = 0; term < 16; ++term) {
            const float4 x0 = tile_x[term * 17 + 0 + down];
            const float4 x1 = tile_x[term * 17 + 8 + down];
            const float4 y0 = tile_y[term * 33 + 0 + across];
            const float4 y1 = tile_y[term * 33 + 16 + across];
            s0 = fma((float4)x0.s0, y0, s0);
            s1 = fma((float4)x0.s0, y1, s1);
            s2 = fma((float4)x0.s1, y0, s2);
            s3 = fma((float4)x0.s1, y1, s3);
            s4 = fma((float4)x0.s2, y0, s4);
            s5 = fma((float4)x0.s2, y1, s5);
            s6 = fma((float4)x0.s3, y0, s6);
            s7 = fma((float4)x0.s3, y1, s7);
            s8 = fma((float4)x1.s0, y0, s8);
            s9 = fma((float4)x1.s0, y1, s9);
            s10 = fma((float4)x1.s1, y0, s10);
            s11 = fma((float4)x1.s1, y1, s11);
            s12 = fma((float4)x1.s2, y0, s12);
            s13 = fma((float4)x1.s2, y1, s13);
            s14 = fma((float4)x1.s3, y0, s14);
            s15 = fma((float4)x1.s3, y1, s15);
        }
        if (next % steps == 0) {
            vstore4(vload4(0, total) + s0, 0, total);
            vstore4(vload4(1, total) + s1, 1, total);
            vstore4(vload4(2, total) + s2, 2, total);
            vstore4(vload4(3, total) + s3, 3, total);
            vstore4(vload4(4, total) + s4, 4, total);
            vstore4(vload4(5, total) + s5, 5, total);
            vstore4(vload4(6, total) + s6, 6, total);
            vstore4(vload4(7, total) + s7, 7, total);
            vstore4(vload4(8, total) + s8, 8, total);
            vstore4(vload4(9, total) + s9, 9, total);
            vstore4(vload4(10, total) + s10, 10, total);
            vstore4(vload4(11, total) + s11, 11, total);
            vstore4(vload4(12, total) + s12, 12, total);
            vstore4(vload4(13, total) + s13, 13, total);
            vstore4(vload4(14, total) + s14, 14, total);
            vstore4(vload4(15, total) + s15, 15, total);
            s0 = 0;
            s1 = 0;
            s2 = 0;
            s3 = 0;
            s4 = 0;
            s5 = 0;
            s6 = 0;
            s7 = 0;
            s8 = 0;
            s9 = 0;
            s10 = 0;
            s11 = 0;
            s12 = 0;
            s13 = 0;
            s14 = 0;
            s15 = 0;
        }
    }
    #pragma unroll 1
    for (int element = 0; element < 64; ++element) {
        const int i = element / 8;
        const int j = element % 8;
        const int row = row0 + i / 4 * 32 + down * 4 + i % 4;
        const int column = column0 + j / 4 * 64 + across * 4 + j % 4;
        if (row < rows && column < columns) {
            z_[(p_ * (m_ * n_)) + row * m_ + column * 1] = total[element];
        }
    }
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_2_(__global const float* x_, __global const float* y_, __global float* z_, const int b_, const int n_, const int k_, const int m_) {
    __local float4 tile_x[144];
    __local float4 tile_y[272];
    const int lane = (int)get_local_id(0);
    const int group = (int)get_group_id(0);
    const int rows = n_;
    const int columns = m_;
    const int tiles_across = (columns - 1) / 64 + 1;
    const int tiles_down = (rows - 1) / 32 + 1;
    const int row0 = group / tiles_across % tiles_down * 32;
    const int column0 = group % tiles_across * 64;
    const int matrix = group / tiles_across / tiles_down;
    const int p_ = matrix;
    const int across = lane % 16;
    const int down = lane / 16;
    float total[16] = {0};
    const int terms = k_;
    float next_x[4];
    const int x_fast = lane % 32;
    const int x_slow = lane / 32;
    const int x_from = p_ * (n_ * k_);
    const int x_stride = 1;
    const int x_term = n_;
    float next_y[8];
    const int y_fast = lane % 64;
    const int y_slow = lane / 64;
    const int y_from = p_ * (m_ * k_);
    const int y_stride = 1;
    const int y_term = m_;
    float4 s0 = 0;
    float4 s1 = 0;
    float4 s2 = 0;
    float4 s3 = 0;
    const int blocks = max(1, (terms + 319) / 320);
    const int block = (terms + blocks - 1) / blocks;
    const int steps = (block + 15) / 16;
    int from = 0;
    int end = min(block, terms);
    #pragma unroll
    for (int turn = 0; turn < 4; ++turn) {
        const int row = x_fast;
        const int term = x_slow + turn * 4;
        next_x[turn] = row0 + row < rows && from + term < end
            ? x_[x_from + (row0 + row) * x_stride + (from + term) * x_term] : 0;
    }
    #pragma unroll
    for (int turn = 0; turn < 8; ++turn) {
        const int column = y_fast;
        const int term = y_slow + turn * 2;
        next_y[turn] = column0 + column < columns && from + term < end
            ? y_[y_from + (column0 + column) * y_stride + (from + term) * y_term] : 0;
    }
    for (int next = 1; next <= blocks * steps; ++next) {
        barrier(CLK_LOCAL_MEM_FENCE);
        #pragma unroll
        for (int turn = 0; turn < 4; ++turn) {
            const int row = x_fast;
            const int term = x_slow + turn * 4;
            ((__local float*)tile_x)[term * 36 + row] = next_x[turn];
        }
        #pragma unroll
        for (int turn = 0; turn < 8; ++turn) {
            const int column = y_fast;
            const int term = y_slow + turn * 2;
            ((__local float*)tile_y)[term * 68 + column] = next_y[turn];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        from = next / steps * block + next % steps * 16;
        end = min((next / steps + 1) * block, terms);
        #pragma unroll
        for (int turn = 0; turn < 4; ++turn) {
            const int row = x_fast;
            const int term = x_slow + turn * 4;
            next_x[turn] = row0 + row < rows && from + term < end
                ? x_[x_from + (row0 + row) * x_stride + (from + term) * x_term] : 0;
        }
        #pragma unroll
        for (int turn = 0; turn < 8; ++turn) {
            const int column = y_fast;
            const int term = y_slow + turn * 2;
            next_y[turn] = column0 + column < columns && from + term < end
                ? y_[y_from + (column0 + column) * y_stride + (from + term) * y_term] : 0;
        }
        #pragma unroll 8
        for (int term = 0; term < 16; ++term) {
            const float4 x0 = tile_x[term * 9 + 0 + down];
            const float4 y0 = tile_y[term * 17 + 0 + across];
            s0 = fma((float4)x0.s0, y0, s0);
            s1 = fma((float4)x0.s1, y0, s1);
            s2 = fma((float4)x0.s2, y0, s2);
            s3 = fma((float4)x0.s3, y0, s3);
        }
        if (next % steps == 0) {
            vstore4(vload4(0, total) + s0, 0, total);
            vstore4(vload4(1, total) + s1, 1, total);
            vstore4(vload4(2, total) + s2, 2, total);
            vstore4(vload4(3, total) + s3, 3, total);
            s0 = 0;
            s1 = 0;
            s2 = 0;
            s3 = 0;
        }
    }
    #pragma unroll 1
    for (int element = 0; element < 16; ++element) {
        const int i = element / 4;
        const int j = element % 4;
        const int row = row0 + i / 4 * 32 + down * 4 + i % 4;
        const int column = column0 + j / 4 * 64 + across * 4 + j % 4;
        if (row < rows && column < columns) {
            z_[(p_ * (m_ * n_)) + row * m_ + column * 1] = total[element];
        }
    }
}
