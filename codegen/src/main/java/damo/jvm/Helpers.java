package damo.jvm;

import damo.interpret.Polygamma;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/// The methods of [Arithmetic] that a generated class has called, and what those call, copied into it by [#copy()].
final class Helpers {
    private static final String SOURCE = Type.getInternalName(Arithmetic.class);
    /// By their internal names. No method of one has name and descriptor of a method of the other.
    private static final Map<String, byte[]> SOURCES = Map.of(SOURCE, read(Arithmetic.class), Type.getInternalName(Polygamma.class),
            read(Polygamma.class));

    private record Method(String source, String name, String descriptor) {}

    private final ClassWriter writer;
    private final String owner;
    private final Set<Method> known = new HashSet<>();
    private final ArrayDeque<Method> missing = new ArrayDeque<>();

    Helpers(ClassWriter writer, String owner) {
        this.writer = writer;
        this.owner = owner;
    }

    void call(MethodVisitor mv, String name, String descriptor) {
        call(mv, new Method(SOURCE, name, descriptor));
    }

    private void call(MethodVisitor mv, Method method) {
        mv.visitMethodInsn(Opcodes.INVOKESTATIC, owner, method.name, method.descriptor, false);
        if (known.add(method)) missing.add(method);
    }

    void copy() {
        while (!missing.isEmpty()) {
            Method wanted = missing.pop();
            new ClassReader(SOURCES.get(wanted.source)).accept(new ClassVisitor(Opcodes.ASM9) {
                @Override public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                    if (!wanted.name.equals(name) || !wanted.descriptor.equals(descriptor)) return null;
                    MethodVisitor copy = writer.visitMethod(Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC, name, descriptor, null, null);
                    return new MethodVisitor(Opcodes.ASM9, copy) {
                        @Override public void visitMethodInsn(int opcode, String callee, String method, String type, boolean isInterface) {
                            if (SOURCES.containsKey(callee)) call(mv, new Method(callee, method, type));
                            else super.visitMethodInsn(opcode, callee, method, type, isInterface);
                        }
                    };
                }
            }, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        }
    }

    private static byte[] read(Class<?> type) {
        try (InputStream in = type.getResourceAsStream(type.getSimpleName() + ".class")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
