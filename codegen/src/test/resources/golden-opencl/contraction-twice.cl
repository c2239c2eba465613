program contraction(a: int32, b: int32, m: int32, n: int32; %x: float64[a, b, m], %y: float64[a, b, n]) -> (%z: float64[m, n]) {
  contract k0 {
    for i < m, j < n {
      z[i, j] = sum q < b, p < a { x[p, q, i] * y[p, q, j] }
    }
  }
}
// ----
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_(__global const double* x_, __global const double* y_, __global double* z_, const int m_, const int b_, const int n_, const int a_) {
    __local double2 tile_x[528];
    __local double2 tile_y[528];
    const int lane = (int)get_local_id(0);
    const int group = (int)get_group_id(0);
    const int rows = m_;
    const int columns = n_;
    const int tiles_across = (columns - 1) / 64 + 1;
    const int tiles_down = (rows - 1) / 64 + 1;
    const int row0 = group / tiles_across % tiles_down * 64;
    const int column0 = group % tiles_across * 64;
    const int matrix = group / tiles_across / tiles_down;
    const int across = lane % 16;
    const int down = lane / 16;
    double total[32] = {0};
    for (int q_ = 0; q_ < b_; q_++) {
        const int terms = a_;
        double next_x[8];
        const int x_fast = lane % 64;
        const int x_slow = lane / 64;
        const int x_from = q_ * m_;
        const int x_stride = 1;
        const int v1 = m_ * b_;
        const int x_term = v1;
        double next_y[8];
        const int y_fast = lane % 64;
        const int y_slow = lane / 64;
        const int y_from = q_ * n_;
        const int y_stride = 1;
        const int v2 = n_ * b_;
        const int y_term = v2;
        double2 s0 = 0;
        double2 s1 = 0;
        double2 s2 = 0;
        double2 s3 = 0;
        double2 s4 = 0;
        double2 s5 = 0;
        double2 s6 = 0;
        double2 s7 = 0;
        double2 s8 = 0;
        double2 s9 = 0;
        double2 s10 = 0;
        double2 s11 = 0;
        double2 s12 = 0;
        double2 s13 = 0;
        double2 s14 = 0;
        double2 s15 = 0;
        const int blocks = max(1, (terms + 511) / 512);
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
        for (int turn = 0; turn < 8; ++turn) {
            const int column = y_fast;
            const int term = y_slow + turn * 2;
            next_y[turn] = column0 + column < columns && from + term < end
                ? y_[y_from + (column0 + column) * y_stride + (from + term) * y_term] : 0;
        }
        for (int next = 1; next <= blocks * steps; ++next) {
            barrier(CLK_LOCAL_MEM_FENCE);
            #pragma unroll
            for (int turn = 0; turn < 8; ++turn) {
                const int row = x_fast;
                const int term = x_slow + turn * 2;
                ((__local double*)tile_x)[term * 66 + row] = next_x[turn];
            }
            #pragma unroll
            for (int turn = 0; turn < 8; ++turn) {
                const int column = y_fast;
                const int term = y_slow + turn * 2;
                ((__local double*)tile_y)[term * 66 + column] = next_y[turn];
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
            for (int turn = 0; turn < 8; ++turn) {
                const int column = y_fast;
                const int term = y_slow + turn * 2;
                next_y[turn] = column0 + column < columns && from + term < end
                    ? y_[y_from + (column0 + column) * y_stride + (from + term) * y_term] : 0;
            }
            #pragma unroll 8
            for (int term = 0; term < 16; ++term) {
                const double2 x0 = tile_x[term * 33 + 0 + down];
                const double2 x1 = tile_x[term * 33 + 8 + down];
                const double2 x2 = tile_x[term * 33 + 16 + down];
                const double2 x3 = tile_x[term * 33 + 24 + down];
                const double2 y0 = tile_y[term * 33 + 0 + across];
                const double2 y1 = tile_y[term * 33 + 16 + across];
                s0 = fma((double2)x0.s0, y0, s0);
                s1 = fma((double2)x0.s0, y1, s1);
                s2 = fma((double2)x0.s1, y0, s2);
                s3 = fma((double2)x0.s1, y1, s3);
                s4 = fma((double2)x1.s0, y0, s4);
                s5 = fma((double2)x1.s0, y1, s5);
                s6 = fma((double2)x1.s1, y0, s6);
                s7 = fma((double2)x1.s1, y1, s7);
                s8 = fma((double2)x2.s0, y0, s8);
                s9 = fma((double2)x2.s0, y1, s9);
                s10 = fma((double2)x2.s1, y0, s10);
                s11 = fma((double2)x2.s1, y1, s11);
                s12 = fma((double2)x3.s0, y0, s12);
                s13 = fma((double2)x3.s0, y1, s13);
                s14 = fma((double2)x3.s1, y0, s14);
                s15 = fma((double2)x3.s1, y1, s15);
            }
            if (next % steps == 0) {
                vstore2(vload2(0, total) + s0, 0, total);
                vstore2(vload2(1, total) + s1, 1, total);
                vstore2(vload2(2, total) + s2, 2, total);
                vstore2(vload2(3, total) + s3, 3, total);
                vstore2(vload2(4, total) + s4, 4, total);
                vstore2(vload2(5, total) + s5, 5, total);
                vstore2(vload2(6, total) + s6, 6, total);
                vstore2(vload2(7, total) + s7, 7, total);
                vstore2(vload2(8, total) + s8, 8, total);
                vstore2(vload2(9, total) + s9, 9, total);
                vstore2(vload2(10, total) + s10, 10, total);
                vstore2(vload2(11, total) + s11, 11, total);
                vstore2(vload2(12, total) + s12, 12, total);
                vstore2(vload2(13, total) + s13, 13, total);
                vstore2(vload2(14, total) + s14, 14, total);
                vstore2(vload2(15, total) + s15, 15, total);
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
    }
    #pragma unroll 1
    for (int element = 0; element < 32; ++element) {
        const int i = element / 4;
        const int j = element % 4;
        const int row = row0 + i / 2 * 16 + down * 2 + i % 2;
        const int column = column0 + j / 2 * 32 + across * 2 + j % 2;
        if (row < rows && column < columns) {
            z_[0 + row * n_ + column * 1] = total[element];
        }
    }
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1)))
void k0_2_(__global const double* x_, __global const double* y_, __global double* z_, const int m_, const int b_, const int n_, const int a_) {
    __local double2 tile_x[272];
    __local double2 tile_y[272];
    const int lane = (int)get_local_id(0);
    const int group = (int)get_group_id(0);
    const int rows = m_;
    const int columns = n_;
    const int tiles_across = (columns - 1) / 32 + 1;
    const int tiles_down = (rows - 1) / 32 + 1;
    const int row0 = group / tiles_across % tiles_down * 32;
    const int column0 = group % tiles_across * 32;
    const int matrix = group / tiles_across / tiles_down;
    const int across = lane % 16;
    const int down = lane / 16;
    double total[8] = {0};
    for (int q_ = 0; q_ < b_; q_++) {
        const int terms = a_;
        double next_x[4];
        const int x_fast = lane % 32;
        const int x_slow = lane / 32;
        const int x_from = q_ * m_;
        const int x_stride = 1;
        const int v1 = m_ * b_;
        const int x_term = v1;
        double next_y[4];
        const int y_fast = lane % 32;
        const int y_slow = lane / 32;
        const int y_from = q_ * n_;
        const int y_stride = 1;
        const int v2 = n_ * b_;
        const int y_term = v2;
        double2 s0 = 0;
        double2 s1 = 0;
        double2 s2 = 0;
        double2 s3 = 0;
        const int blocks = max(1, (terms + 511) / 512);
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
        for (int turn = 0; turn < 4; ++turn) {
            const int column = y_fast;
            const int term = y_slow + turn * 4;
            next_y[turn] = column0 + column < columns && from + term < end
                ? y_[y_from + (column0 + column) * y_stride + (from + term) * y_term] : 0;
        }
        for (int next = 1; next <= blocks * steps; ++next) {
            barrier(CLK_LOCAL_MEM_FENCE);
            #pragma unroll
            for (int turn = 0; turn < 4; ++turn) {
                const int row = x_fast;
                const int term = x_slow + turn * 4;
                ((__local double*)tile_x)[term * 34 + row] = next_x[turn];
            }
            #pragma unroll
            for (int turn = 0; turn < 4; ++turn) {
                const int column = y_fast;
                const int term = y_slow + turn * 4;
                ((__local double*)tile_y)[term * 34 + column] = next_y[turn];
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
            for (int turn = 0; turn < 4; ++turn) {
                const int column = y_fast;
                const int term = y_slow + turn * 4;
                next_y[turn] = column0 + column < columns && from + term < end
                    ? y_[y_from + (column0 + column) * y_stride + (from + term) * y_term] : 0;
            }
            #pragma unroll 8
            for (int term = 0; term < 16; ++term) {
                const double2 x0 = tile_x[term * 17 + 0 + down];
                const double2 x1 = tile_x[term * 17 + 8 + down];
                const double2 y0 = tile_y[term * 17 + 0 + across];
                s0 = fma((double2)x0.s0, y0, s0);
                s1 = fma((double2)x0.s1, y0, s1);
                s2 = fma((double2)x1.s0, y0, s2);
                s3 = fma((double2)x1.s1, y0, s3);
            }
            if (next % steps == 0) {
                vstore2(vload2(0, total) + s0, 0, total);
                vstore2(vload2(1, total) + s1, 1, total);
                vstore2(vload2(2, total) + s2, 2, total);
                vstore2(vload2(3, total) + s3, 3, total);
                s0 = 0;
                s1 = 0;
                s2 = 0;
                s3 = 0;
            }
        }
    }
    #pragma unroll 1
    for (int element = 0; element < 8; ++element) {
        const int i = element / 2;
        const int j = element % 2;
        const int row = row0 + i / 2 * 16 + down * 2 + i % 2;
        const int column = column0 + j / 2 * 32 + across * 2 + j % 2;
        if (row < rows && column < columns) {
            z_[0 + row * n_ + column * 1] = total[element];
        }
    }
}
