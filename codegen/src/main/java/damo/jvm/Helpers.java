package damo.jvm;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/// The methods of [Arithmetic] that a generated class has called, copied into it by [#copy()].
final class Helpers {
    private static final String SOURCE = Type.getInternalName(Arithmetic.class);
    private static final byte[] BYTES = read();

    private final ClassWriter writer;
    private final String owner;
    private final Set<String> known = new HashSet<>();
    private final ArrayDeque<String> missing = new ArrayDeque<>();

    Helpers(ClassWriter writer, String owner) {
        this.writer = writer;
        this.owner = owner;
    }

    void call(MethodVisitor mv, String name, String descriptor) {
        mv.visitMethodInsn(Opcodes.INVOKESTATIC, owner, name, descriptor, false);
        if (known.add(name + descriptor)) missing.add(name + descriptor);
    }

    void copy() {
        while (!missing.isEmpty()) {
            String wanted = missing.pop();
            new ClassReader(BYTES).accept(new ClassVisitor(Opcodes.ASM9) {
                @Override public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] exceptions) {
                    if (!wanted.equals(name + descriptor)) return null;
                    MethodVisitor copy = writer.visitMethod(Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC, name, descriptor, null, null);
                    return new MethodVisitor(Opcodes.ASM9, copy) {
                        @Override public void visitMethodInsn(int opcode, String callee, String method, String type, boolean isInterface) {
                            if (callee.equals(SOURCE)) call(mv, method, type);
                            else super.visitMethodInsn(opcode, callee, method, type, isInterface);
                        }
                    };
                }
            }, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        }
    }

    private static byte[] read() {
        try (InputStream in = Arithmetic.class.getResourceAsStream("Arithmetic.class")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
