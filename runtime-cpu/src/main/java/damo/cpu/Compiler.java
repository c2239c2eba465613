package damo.cpu;

import damo.CompilerBug;
import damo.fuse.Fusion;
import damo.fuse.Reorder;
import damo.fuse.Repetition;
import damo.fuse.Turn;
import damo.jvm.KernelClass;
import damo.jvm.MethodTooLarge;
import damo.kernel.Dump;
import damo.kernel.Listing;
import damo.kernel.Program;
import damo.kernel.Values;
import damo.kernel.Verifier;
import damo.lower.Specialization;
import damo.plan.MemoryPlan;
import damo.plan.Shares;
import damo.plan.Sizes;
import damo.plan.StraightLine;
import damo.plan.Strips;
import damo.spi.Entry;
import java.util.List;
import java.util.Optional;

/// From a lowered program to one that runs.
final class Compiler {
    /// A pass over programs; pure.
    private record Pass(String name, Rewrite rewrite) {}

    private interface Rewrite {
        Program apply(Program program, Values values, int limit);
    }

    private static final List<Pass> PASSES = List.of(
            // While a kernel is still one op: what may be joined is easiest to see before functions are spelled out and loops are placed,
            // which the emitter does for each kernel as it goes.
            new Pass("fuse", Fusion::fuse),
            // What products of derivatives would else have turned before them.
            new Pass("reorder", (program, values, _) -> Reorder.of(program, values)),
            // Of the products that are left in loops.
            new Pass("turn", (program, values, _) -> Turn.turn(program, values)));

    // At last, since nothing joins such kernels with others, and straight-line code has the loops themselves.
    private static final Pass REPEAT = new Pass("repeat", (program, values, _) -> Repetition.of(program, values));

    /// The most values of one kernel. HotSpot compiles no method above 8,000 bytes of bytecode; a value takes some ten.
    private static final int LIMIT = 256;

    private Compiler() {}

    /// Runs all passes and emits the code; if a method becomes too large for HotSpot, again with smaller kernels.
    ///
    /// @param evaluated the extents of a call
    /// @param workers who helps with large kernels
    static Compiled compile(Specialization lowered, long[] evaluated, Workers workers) {
        look(lowered.program(), "lower", 0);
        var sizes = new Sizes(lowered.program().symbols(), evaluated);
        for (int limit = LIMIT;; limit /= 2) {
            Program program = REPEAT.rewrite.apply(passed(lowered, limit), lowered.values(), limit);
            look(program, REPEAT.name, PASSES.size() + 1);
            program = Shares.of(program, lowered.values(), sizes);
            look(program, "share", PASSES.size() + 2);
            program = Strips.of(program, lowered.values(), sizes);
            look(program, "strips", PASSES.size() + 3);
            Listing listing = listing(program);
            try {
                MemoryPlan plan = MemoryPlan.of(lowered.values(), program);
                return new Compiled(lowered.program(), lowered.with(program, sizes::hold), plan, listing, workers);
            } catch (MethodTooLarge e) {
                if (limit == 1) throw new CompilerBug("emit", e, program.toString());
            }
        }
    }

    /// An implementation of an interface, and the text of what it does.
    record Entered<T>(T implementation, String text) {}

    /// The program as an implementation of an interface, if it is straight-line code of bearable length.
    static <T> Optional<Entered<T>> enter(Specialization lowered, Entry<T> entry) {
        look(lowered.program(), "lower", 0);
        Optional<Program> straight = StraightLine.of(passed(lowered, LIMIT), lowered.values());
        if (straight.isEmpty()) return Optional.empty();
        look(straight.get(), "straight", PASSES.size() + 1);
        Listing listing = listing(straight.get());
        try {
            T implementation = Loader.entry(entry, straight.get(), listing, lowered.values());
            return Optional.of(new Entered<>(implementation,
                    "as %s: straight-line code%n%s".formatted(entry.type().getSimpleName(), listing.text())));
        } catch (MethodTooLarge e) {
            return Optional.empty();
        }
    }

    /// What fusion does to a lowered program.
    static Fusion.Report fused(Program lowered, Values values) {
        return Fusion.report(lowered, values, LIMIT);
    }

    private static Program passed(Specialization lowered, int limit) {
        Program program = lowered.program();
        for (Pass pass : PASSES) {
            program = pass.rewrite.apply(program, lowered.values(), limit);
            look(program, pass.name, PASSES.indexOf(pass) + 1);
        }
        return program;
    }

    private static Listing listing(Program program) {
        Listing listing = Listing.of(program);
        if (Dump.isOn()) Dump.write(KernelClass.source(Loader.className(program)), listing.text());
        return listing;
    }

    /// Verifies, where assertions are on (as in all our tests), and dumps, where asked to.
    private static void look(Program program, String pass, int number) {
        assert verified(program, pass);
        if (Dump.isOn()) Dump.write("%s-%02d-%s.kernel".formatted(program.name(), number, pass), program.toString());
    }

    private static boolean verified(Program program, String pass) {
        Verifier.check(program, pass);
        return true;
    }
}
