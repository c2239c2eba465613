package damo.jvm;

import static org.junit.jupiter.api.Assertions.*;

import damo.kernel.KernelText;
import damo.kernel.Listing;
import damo.kernel.Program;
import damo.kernel.Values;
import damo.kernel.Verifier;
import damo.plan.StraightLine;
import damo.spi.Entry;
import damo.type.DType;
import damo.value.Joml;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.joml.Matrix3x2d;
import org.joml.Matrix3x2dc;
import org.joml.Vector2d;
import org.joml.Vector3d;
import org.joml.Vector3dc;
import org.junit.jupiter.api.Test;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.util.CheckClassAdapter;

class EntryClassTest {
    public interface Mixed { int of(float x, long y); }

    public interface Affine { Vector2d of(Matrix3x2dc m, Vector3dc v, Vector2d out); }

    public interface Fresh { float[] of(float[] x); }

    private static final Entry.Passing DOUBLE = new Entry.Number(double.class, DType.FLOAT64);

    private static <T> T entered(Class<T> type, List<Entry.Passing> in, List<Entry.Passing> out, T general, String text) {
        var values = new Values();
        Program program = StraightLine.of(KernelText.parse(text, values), values).orElseThrow();
        Verifier.check(program, "straight");
        var method = Arrays.stream(type.getMethods()).filter(m -> m.getName().equals("of") || m.getName().startsWith("apply")).findFirst()
                .orElseThrow();
        byte[] bytes = EntryClass.of("damo/jvm/Generated", new Entry<>(type, method, in, out, general), values, program, Listing.of(program));
        var errors = new StringWriter();
        CheckClassAdapter.verify(new ClassReader(bytes), false, new PrintWriter(errors));
        assertEquals("", errors.toString());
        try {
            return type.cast(MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass().getConstructor(type).newInstance(general));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Test void aFunctionOfNumbersIsStraightLineCode() {
        DoubleBinaryOperator f = entered(DoubleBinaryOperator.class, List.of(DOUBLE, DOUBLE), List.of(DOUBLE), null, """
                program f(%x: float64[], %y: float64[], const %c: float64[] = [3.0]) -> (%z: float64[]) {
                  var %t: float64[]
                  kernel k0 {
                    t[] = x[] * y[]
                  }
                  kernel k1 {
                    z[] = sigmoid(t[]) + c[]
                  }
                }
                """);
        assertEquals(3 + 1 / (1 + Math.exp(-6)), f.applyAsDouble(2, 3), 1e-15);
    }

    @Test void parametersAndTheResultAreConverted() {
        Mixed f = entered(Mixed.class, List.of(new Entry.Number(float.class, DType.FLOAT32), new Entry.Number(long.class, DType.INT64)),
                List.of(new Entry.Number(int.class, DType.INT32)), null, """
                program f(%x: float64[], %y: float64[]) -> (%z: float64[]) {
                  kernel k {
                    z[] = mod(x[], y[])
                  }
                }
                """);
        assertEquals(2, f.of(-7.5f, 5));
    }

    @Test void elementsAreReadAndSetAsJomlHasThem() {
        var general = new Vector2d();
        Affine f = entered(Affine.class,
                List.of(new Entry.Fields(Matrix3x2dc.class, Joml.of(Matrix3x2d.class)), new Entry.Fields(Vector3dc.class, Joml.of(Vector3d.class))),
                List.of(new Entry.Fields(Vector2d.class, Joml.of(Vector2d.class))), (m, v, out) -> general, """
                program f(%m: float64[2, 3], %v: float64[3]) -> (%z: float64[2]) {
                  kernel k {
                    for i < 2 {
                      z[i] = sum j < 3 { m[i, j] * v[j] }
                    }
                  }
                }
                """);
        var m = new Matrix3x2d(1, 2, 3, 4, 5, 6);
        var out = new Vector2d();
        assertSame(out, f.of(m, new Vector3d(7, 8, 1), out));
        assertEquals(m.transformPosition(new Vector2d(7, 8)), out);
        assertSame(general, f.of(null, new Vector3d(), out));
        assertSame(general, f.of(m, new Vector3d(), null));
    }

    @Test void aCheckThatFailsIsLeftToTheGeneralOne() {
        float[] general = {};
        Fresh f = entered(Fresh.class, List.of(new Entry.Flat(float[].class)), List.of(new Entry.Flat(float[].class)), x -> general, """
                program f(%x: float32[3]) -> (%z: float32[3]) {
                  var %ok: bool[]
                  kernel k0 {
                    ok[] = 0.0f < x[1]
                  }
                  check %ok "it must be positive"
                  kernel k1 {
                    for i < 3 {
                      z[i] = x[2 - i] / x[1]
                    }
                  }
                }
                """);
        assertArrayEquals(new float[] {1.5f, 1, 0.5f}, f.of(new float[] {1, 2, 3}));
        assertSame(general, f.of(new float[] {1, -2, 3}));
        assertSame(general, f.of(new float[] {1, Float.NaN, 3}));
        assertSame(general, f.of(new float[] {1, 2}));
    }

    @Test void branchesAndLoopsAreWrittenOut() {
        Fresh f = entered(Fresh.class, List.of(new Entry.Flat(float[].class)), List.of(new Entry.Flat(float[].class)), null, """
                program f(%x: float32[2]) -> (%z: float32[1]) {
                  var %c: bool[]
                  var %s: float32[]
                  var %n: float32[]
                  kernel k0 {
                    c[] = x[0] < x[1]
                  }
                  kernel k1 {
                    s[] = x[0]
                  }
                  loop i < 3 {
                    if %c {
                      kernel k2 {
                        n[] = s[] * x[1] + float32(i)
                      }
                    } else {
                      kernel k3 {
                        n[] = s[] - x[1]
                      }
                    }
                    carry %s = %n
                  }
                  kernel k4 {
                    z[0] = s[]
                  }
                }
                """);
        assertArrayEquals(new float[] {((1 * 3f) * 3 + 1) * 3 + 2}, f.of(new float[] {1, 3}));
        assertArrayEquals(new float[] {4 - 3 * 2}, f.of(new float[] {4, 2}));
    }
}
