package damo.jvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import damo.type.DType;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Products of all sizes, layouts and tiles against three loops with the same order of summation: the bits are the same.
class GemmTest {
    private static final int[] SIZES = {0, 1, 2, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 20, 23, 31, 32, 33, 37, 61};
    private static final int[] DEPTHS = {0, 1, 2, 3, 7, 64, 255, 256, 257, 512, 700};

    private final Random random = new Random(7);

    /// All tiles that this JVM has for a dtype: those without vectors, and with the module also those of every length.
    private static List<Tiles> tiles(DType dtype) {
        var all = new ArrayList<>(List.of(Tiles.scalar(dtype)));
        ModuleLayer.boot().findModule("jdk.incubator.vector").ifPresent(module -> {
            GemmTest.class.getModule().addReads(module);
            for (int bits : new int[] {128, 256, 512}) all.add(Tiles.vector(dtype, bits));
        });
        return all;
    }

    /// A matrix somewhere in an array, row by row, column by column, or with gaps everywhere.
    private record Matrix(Object array, int from, int row, int column) {}

    private Matrix matrix(DType dtype, int rows, int columns) {
        int gap = random.nextInt(3);
        int from = random.nextInt(5);
        boolean byRow = random.nextBoolean();
        int near = gap == 2 ? 3 : 1;
        int far = near * (byRow ? columns : rows) + (gap > 0 ? random.nextInt(4) : 0);
        int size = from + near * (byRow ? columns : rows) + far * (byRow ? rows : columns) + 3;
        Object array = Array.newInstance(dtype == DType.FLOAT32 ? float.class : double.class, size);
        for (int i = 0; i < Array.getLength(array); i++) {
            if (array instanceof float[] x) x[i] = (float) random.nextGaussian();
            else ((double[]) array)[i] = random.nextGaussian();
        }
        return new Matrix(array, from, byRow ? far : near, byRow ? near : far);
    }

    private Product product(DType dtype, int rows, int columns, int terms) {
        Matrix x = matrix(dtype, rows, terms), y = matrix(dtype, terms, columns), z = matrix(dtype, rows, columns);
        return new Product(x.array, x.from, x.row, x.column, y.array, y.from, y.row, y.column, z.array, z.from, z.row, z.column, rows, columns,
                terms, random.nextBoolean());
    }

    private static Object copy(Object array) {
        return array instanceof float[] x ? x.clone() : ((double[]) array).clone();
    }

    private static Product into(Product p, Object z) {
        return new Product(p.x(), p.x0(), p.xRow(), p.xTerm(), p.y(), p.y0(), p.yTerm(), p.yColumn(), z, p.z0(), p.zRow(), p.zColumn(), p.rows(),
                p.columns(), p.terms(), p.add());
    }

    /// Three loops.
    private static Object expected(Product p) {
        Object z = copy(p.z());
        for (int i = 0; i < p.rows(); i++)
            for (int j = 0; j < p.columns(); j++) {
                int at = p.z0() + i * p.zRow() + j * p.zColumn();
                boolean add = p.add();
                if (!add && p.terms() == 0) Array.set(z, at, z instanceof float[] ? (Object) 0f : (Object) 0.0);
                for (int from = 0; from < p.terms(); from += Gemm.DEPTH, add = true) block(p, z, at, i, j, from, add);
            }
        return z;
    }

    private static void block(Product p, Object z, int at, int i, int j, int from, boolean add) {
        int to = Math.min(p.terms(), from + Gemm.DEPTH);
        if (z instanceof float[] f) {
            float sum = 0;
            for (int k = from; k < to; k++) sum = Math.fma(((float[]) p.x())[x(p, i, k)], ((float[]) p.y())[y(p, j, k)], sum);
            f[at] = add ? f[at] + sum : sum;
        } else {
            double sum = 0;
            for (int k = from; k < to; k++) sum = Math.fma(((double[]) p.x())[x(p, i, k)], ((double[]) p.y())[y(p, j, k)], sum);
            ((double[]) z)[at] = add ? ((double[]) z)[at] + sum : sum;
        }
    }

    private static int x(Product p, int row, int term) {
        return p.x0() + row * p.xRow() + term * p.xTerm();
    }

    private static int y(Product p, int column, int term) {
        return p.y0() + term * p.yTerm() + column * p.yColumn();
    }

    private static void same(Object want, Object got, Product p, String how) {
        for (int i = 0; i < Array.getLength(want); i++)
            if (Array.getDouble(want, i) != Array.getDouble(got, i))
                assertEquals(Array.getDouble(want, i), Array.getDouble(got, i), "%s, element %d of %d x %d x %d, strides %d %d, %d %d, %d %d"
                        .formatted(how, i, p.rows(), p.columns(), p.terms(), p.xRow(), p.xTerm(), p.yTerm(), p.yColumn(), p.zRow(), p.zColumn()));
    }

    private void agrees(Product p, List<Tiles> tiles) {
        Object want = expected(p);
        Object got = copy(p.z());
        Gemm.multiply(into(p, got));
        same(want, got, p, "as called");
        if (p.rows() == 0 || p.columns() == 0 || p.terms() == 0) return;
        for (Tiles t : tiles) {
            Object z = copy(p.z());
            Gemm.of(t.dtype()).product(into(p, z), t);
            same(want, z, p, "by tiles of " + t.lanes());
        }
    }

    @Test void allSizesAndLayoutsHaveTheSameBits() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            List<Tiles> tiles = tiles(dtype);
            for (int i = 0; i < 100; i++)
                agrees(product(dtype, any(SIZES), any(SIZES), any(DEPTHS)), tiles);
        }
    }

    @Test void blocksOfRowsAndColumnsMeet() {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            agrees(product(dtype, 241, 5, 257), List.of());
            agrees(product(dtype, 500, 33, 3), List.of());
            agrees(product(dtype, 13, 2100, 2), List.of());
            agrees(product(dtype, 3, 4097, 5), List.of());
        }
    }

    @Test void someRowsAreThoseOfTheWhole() {
        Product p = product(DType.FLOAT64, 57, 40, 300);
        Object whole = copy(p.z());
        Object parts = copy(p.z());
        Gemm.multiply(into(p, whole));
        for (int from = 0; from < 57; from += 19) Gemm.multiply(into(p, parts).rows(from, from + 19));
        same(whole, parts, p, "by parts");
    }

    @Test void threadsDoNotDisturbEachOther() {
        List<Product> products = Stream.generate(() -> product(DType.FLOAT32, 40, 70, 300)).limit(8).toList();
        List<Object> want = products.stream().map(GemmTest::expected).toList();
        IntStream.range(0, 400).parallel().forEach(i -> {
            Product p = products.get(i % 8);
            Object z = copy(p.z());
            Gemm.multiply(into(p, z));
            same(want.get(i % 8), z, p, "beside others");
        });
    }

    @Test void heightsCoverAllRows() {
        Tiles tiles = new Tiles(DType.FLOAT64, 8, 16, new int[] {12, 8, 4}, new Tile[3]);
        for (int rows = 1; rows < 100; rows++) {
            int covered = 0;
            while (covered < rows) covered += tiles.heights()[tiles.next(rows - covered)];
            assertTrue(covered - rows < 4, rows + " rows take " + covered);
        }
    }

    private int any(int[] sizes) {
        return sizes[random.nextInt(sizes.length)];
    }
}
