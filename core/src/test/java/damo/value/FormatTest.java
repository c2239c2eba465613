package damo.value;

import static org.junit.jupiter.api.Assertions.assertEquals;

import damo.type.DType;
import org.junit.jupiter.api.Test;

/// The expected texts were printed by NumPy 2.4.
class FormatTest {
    private static void prints(String expected, Object value) {
        assertEquals(expected, NDArray.of(value).toString());
    }

    @Test void floatsAlignOnThePoint() {
        prints("[[1. 2.]\n [3. 4.]]", new double[][] {{1, 2}, {3, 4}});
        prints("[ 0.1   0.25 -3.  ]", new double[] {0.1, 0.25, -3});
        prints("[0.33333333 0.66666667 1.        ]", new double[] {1.0 / 3, 2.0 / 3, 1});
        prints("[0.33333334 2.        ]", new float[] {1f / 3, 2});
        prints("[-0.  1.]", new double[] {-0.0, 1});
    }

    @Test void magnitudesFarApartPrintExponents() {
        prints("[5.e-01 1.e+00 1.e-10]", new double[] {0.5, 1, 1e-10});
        prints("[9.9999999e+07 1.0000000e+00]", new double[] {99_999_999, 1});
        prints("[1.e+300 1.e-300]", new double[] {1e300, 1e-300});
        prints("[0.0001 0.    ]", new double[] {1e-4, 0});
        prints("[-1.e-10  2.e-10]", new double[] {-1e-10, 2e-10});
        prints("[1.001e+03 1.000e+00]", new double[] {1001, 1});
        prints("[5.e-324]", new double[] {Double.MIN_VALUE});
        prints("[3.3333334e-01 3.3554432e+07 1.0000000e-03]", new float[] {1f / 3, 0x1p25f, 1e-3f});
        prints("[1.4012985e-45 1.2345679e+08]", new float[] {Float.MIN_VALUE, 123456792f});
    }

    @Test void nonFiniteNumbersTakeTheColumnsWidth() {
        prints("[nan inf  1.]", new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1});
        prints("[1.e-05    nan 1.e+00]", new double[] {1e-5, Double.NaN, 1});
        prints("[nan]", new double[] {Double.NaN});
        prints("[-inf]", new double[] {Double.NEGATIVE_INFINITY});
    }

    @Test void integersAndBooleansAlignRight() {
        prints("[[  1 200]\n [ -3   4]]", new int[][] {{1, 200}, {-3, 4}});
        prints("[ True False]", new boolean[] {true, false});
        prints("[ True  True]", new boolean[] {true, true});
        assertEquals("[18446744073709551615                    0]", NDArray.of(DType.UINT64, new long[] {-1, 0}).toString());
        assertEquals("[255   1]", NDArray.of(DType.UINT8, new byte[] {-1, 1}).toString());
    }

    @Test void noAxesPrintsTheBareValue() {
        prints("1.0", 1.0);
        prints("0.3333333333333333", 1.0 / 3);
        prints("0.33333334", 1f / 3);
        prints("1e-10", 1e-10);
        prints("1000000000000000.0", 1e15);
        prints("1.5e+16", 1.5e16);
        prints("1e+06", 1e6f);
        prints("nan", Double.NaN);
        prints("-inf", Double.NEGATIVE_INFINITY);
        prints("-7", -7);
        prints("True", true);
    }

    @Test void emptyArraysPrintBrackets() {
        prints("[]", new double[0]);
        assertEquals("[]", NDArray.zeros(DType.INT8, 2, 0, 3).toString());
    }

    @Test void outerAxesAreSeparatedByBlankLines() {
        assertEquals("[[[0. 0.]\n  [0. 0.]]\n\n [[0. 0.]\n  [0. 0.]]]", NDArray.zeros(DType.FLOAT64, 2, 2, 2).toString());
    }

    @Test void longLinesWrapAt75() {
        assertEquals("[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n 24 25 26 27 28 29]",
            NDArray.arange(30).toString());
    }

    @Test void above1000ElementsOnlyTheEdgesPrint() {
        assertEquals("[   0    1    2 ... 1997 1998 1999]", NDArray.arange(2000).toString());
        String row = "[0. 0. 0. ... 0. 0. 0.]";
        assertEquals("[" + (row + "\n ").repeat(3) + "...\n " + (row + "\n ").repeat(2) + row + "]",
            NDArray.zeros(DType.FLOAT64, 40, 40).toString());
        assertEquals("[[0. 0. 0.]\n [0. 0. 0.]\n [0. 0. 0.]\n ...\n [0. 0. 0.]\n [0. 0. 0.]\n [0. 0. 0.]]",
            NDArray.zeros(DType.FLOAT32, 500, 3).toString());
    }

    @Test void viewsPrintTheirLogicalOrder() {
        assertEquals("[[0 3]\n [1 4]\n [2 5]]", NDArray.arange(6).reshape(2, 3).transpose().toString());
    }
}
