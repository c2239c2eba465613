package damo.graph;

import java.util.function.Supplier;

/// The user's source line that created a variable, such as `Train.java:41`; empty when it is not known.
public record Source(String text) {
    /// Not known.
    public static final Source NONE = new Source("");

    private static final ScopedValue<Source> INHERITED = ScopedValue.newInstance();
    private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);
    private static final Object HOME = Source.class.getProtectionDomain().getCodeSource();

    // By code source, not by package: a test or a user may well have a package of the same name.
    private static final ClassValue<Boolean> OURS = new ClassValue<>() {
        @Override protected Boolean computeValue(Class<?> type) {
            if (type.getClassLoader() == null) return true;          // the JDK's own: a stream that calls one of our methods
            return HOME != null ? HOME.equals(type.getProtectionDomain().getCodeSource()) : type.getPackageName().startsWith("damo");
        }
    };

    /// The line outside this library that is running now, or the source that [#during] passes on.
    public static Source here() {
        if (INHERITED.isBound()) return INHERITED.get();
        return WALKER.walk(frames -> frames.filter(f -> !OURS.get(f.getDeclaringClass())).findFirst())
                .map(f -> new Source(f.getFileName() + ":" + f.getLineNumber())).orElse(NONE);
    }

    /// The result of `work`, whose new variables all get this source: what a pass builds for a user's node is that node's.
    public <T> T during(Supplier<T> work) {
        return ScopedValue.where(INHERITED, this).call(work::get);
    }

    @Override public String toString() {
        return text;
    }
}
