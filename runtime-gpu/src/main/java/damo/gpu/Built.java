package damo.gpu;

import damo.CompilerBug;
import damo.opencl.OpenClText;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A program that was built for a session, with its kernels.
///
/// @param isFromDisk whether its binary was found on disk
record Built(MemorySegment program, List<BuiltKernel> kernels, boolean isFromDisk) {
    private static final Pattern PLACE = Pattern.compile(":(\\d+):\\d+\\b");            // line and column, behind or before the word "error"

    /// Builds `text`, or takes what was built from the same text before.
    ///
    /// @param listing what the origins of the text's lines mean
    /// @throws CompilerBug if the device's compiler refuses the text, with its log and the line of the IR
    static Built of(Session session, OpenClText text, String listing) {
        Optional<Path> file = Binaries.file(session.device, text.text());
        Optional<byte[]> binary = file.flatMap(Binaries::read);
        if (binary.isPresent()) {
            MemorySegment program = null;
            try {
                program = OpenCl.program(session.context, session.device.handle(), binary.get());
                OpenCl.build(program, session.device.handle(), session.device.options());
                return of(program, text, true);
            } catch (OpenClError e) {
                if (program != null) OpenCl.releaseProgram(program);   // of another driver, say: built anew, and rewritten
            }
        }
        MemorySegment program = OpenCl.program(session.context, text.text());
        try {
            OpenCl.build(program, session.device.handle(), session.device.options());
        } catch (OpenClError e) {
            String log = OpenCl.buildLog(program, session.device.handle());
            OpenCl.releaseProgram(program);
            throw new CompilerBug("opencl", new IllegalStateException("%s: %s%s%n%s".formatted(session.device.name(), e.getMessage(),
                    place(log, text, listing), log), e), text.text());
        }
        file.ifPresent(f -> Binaries.write(f, OpenCl.binary(program)));
        return of(program, text, false);
    }

    private static Built of(MemorySegment program, OpenClText text, boolean isFromDisk) {
        return new Built(program, text.entries().stream().map(e ->
            new BuiltKernel(OpenCl.kernel(program, e.name()), e.buffers().size() + e.symbols().size())).toList(), isFromDisk);
    }

    /// The line of the IR for the first line of the text that the log complains of.
    private static String place(String log, OpenClText text, String listing) {
        int line = log.lines().filter(l -> l.contains("error")).map(PLACE::matcher).filter(Matcher::find).findFirst()
                .map(m -> Integer.parseInt(m.group(1))).orElse(0);
        int origin = line < 1 || line > text.origins().size() ? 0 : text.origins().get(line - 1);
        return origin == 0 ? "" : " for line %d of the program: %s".formatted(origin,
                listing.lines().skip(origin - 1).findFirst().orElse("").strip());
    }

    void release() {
        kernels.forEach(BuiltKernel::release);
        OpenCl.releaseProgram(program);
    }
}
