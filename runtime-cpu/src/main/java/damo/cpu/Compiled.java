package damo.cpu;

import damo.fuse.Fusion;
import damo.jvm.KernelCode;
import damo.jvm.MethodTooLarge;
import damo.kernel.Kernel;
import damo.kernel.Listing;
import damo.kernel.Loads;
import damo.kernel.Program;
import damo.kernel.Scalar;
import damo.kernel.Step;
import damo.kernel.Values;
import damo.lower.Specialization;
import damo.plan.Action;
import damo.plan.Division;
import damo.plan.Explanation;
import damo.plan.Extent;
import damo.plan.InPlace;
import damo.plan.MemoryPlan;
import damo.spi.Pool;
import damo.value.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A program for one pattern of extents, ready to run. Immutable; the workspace of a call is its own.
final class Compiled {
    static final int ALWAYS = -1, NEVER = -2;

    private final Program lowered;
    private final MemoryPlan plan;
    private final Listing listing;
    private final Pool<Workspace> workspaces = new Pool<>(() -> new Workspace(this));
    final Specialization form;
    final Program program;
    final KernelCode code;
    final TieredCode tiers;                      // null if code stays as it is
    final Action[] actions;
    final int[] launches;                        // the actions as numbers of kernels, if they are nothing else; else null
    final Extent[] extents;                      // by position
    final int[] slots;                           // by position; −1 for what is no temporary
    final int slotCount;
    final Object[] constants;                    // by position; null for what is no constant
    final int firstOutput;
    final int[][] overwrites;                    // by output and input: ALWAYS, NEVER, or the symbol that must be at most Contraction.block
    final int[] kept;                            // temporaries that get memory before an input may be overwritten
    final int counters;
    final List<Step.Check> checks;
    final boolean mayFail;
    final boolean calls;                         // whether the host computes something
    final Parts[] parts;                         // of the launches that threads may share
    final Workers workers;

    /// @param listing the text of the program of `form`
    /// @param workers who helps with large kernels
    Compiled(Program lowered, Specialization form, MemoryPlan plan, Listing listing, Workers workers) {
        this.workers = workers;
        this.lowered = lowered;
        this.form = form;
        this.plan = plan;
        this.program = form.program();
        this.listing = listing;
        List<Kernel> kernels = Kernels.of(program);
        Vectors.Use use = Vectors.use();
        Loader.Loaded loaded = load(kernels, use == Vectors.Use.FORCE ? Vectors.bits() : 0);
        var symbols = new ArrayList<>(program.symbols());
        symbols.addAll(program.counters());
        var divisions = new ArrayList<Division>();
        actions = Action.of(program, loaded.kernels(), loaded.loops(), plan.positions(), loaded.divisions(), divisions);
        parts = divisions.stream().map(d -> Parts.of(d, symbols)).toArray(Parts[]::new);
        launches = Action.launches(actions);
        slotCount = plan.slotCount();
        int count = plan.positions().size();
        extents = new Extent[count];
        slots = new int[count];
        constants = new Object[count];
        plan.positions().forEach((buffer, at) -> {
            extents[at] = Extent.of(buffer, program.symbols());
            slots[at] = plan.slots().getOrDefault(buffer, -1);
            if (program.constants().containsKey(buffer)) constants[at] = program.constants().get(buffer).storage();
        });
        firstOutput = program.inputs().size() + program.constants().size();
        overwrites = overwrites(form.values(), program);
        kept = kept(program);
        counters = program.counters().size();
        checks = program.checks();
        mayFail = program.steps().stream().anyMatch(InPlace::mayFail);
        calls = Step.all(program.steps()).anyMatch(Step.Call.class::isInstance);
        boolean isOfNumbers = plan.positions().keySet().stream().allMatch(b -> b.rank() == 0);
        var first = new ColdCode(loaded.code(), ofKernels(loaded, symbols));
        int known = program.symbols().size();
        var scratch = new Scratch(plan.positions(), extents, known, known + counters + 1, known == 0 ? new long[0] : null);
        tiers = use == Vectors.Use.ON && !isOfNumbers
                ? new TieredCode(loaded, first, extents -> load(kernels, Vectors.bits(), extents), scratch) : null;
        code = tiers == null ? loaded.code() : tiers;
    }

    /// How kernels are divided, by number; null for those that are better not.
    private static Parts[] ofKernels(Loader.Loaded loaded, List<String> symbols) {
        var parts = new Parts[1 + loaded.kernels().values().stream().mapToInt(n -> n).max().orElse(0)];
        loaded.divisions().forEach((kernel, division) -> {
            if (!division.isCoarse()) parts[loaded.kernels().get(kernel)] = Parts.of(division, symbols);
        });
        return parts;
    }

    private Loader.Loaded load(List<Kernel> kernels, int vectorBits, int... extents) {
        return Loader.load(program, listing, kernels, form.values(), plan.positions(), vectorBits, extents);
    }

    private static int[][] overwrites(Values values, Program program) {
        int[][] all = new int[program.outputs().size()][program.inputs().size()];
        for (int[] row : all) Arrays.fill(row, NEVER);
        for (InPlace pair : InPlace.of(values, program))
            all[program.outputs().indexOf(pair.to())][program.inputs().indexOf(pair.from())] =
                    pair.few().map(few -> program.symbols().indexOf(((Scalar.Symbol) few.op()).name())).orElse(ALWAYS);
        return all;
    }

    /// Those that are stored after the last step that may fail.
    private int[] kept(Program program) {
        List<Step> steps = program.steps();
        int first = steps.size();
        while (first > 0 && !InPlace.mayFail(steps.get(first - 1))) first--;
        return Step.all(steps.subList(first, steps.size())).filter(Step.Compute.class::isInstance)
                .flatMap(step -> ((Step.Compute) step).kernel().stores().stream()).mapToInt(s -> plan.positions().get(s.to()))
                .filter(at -> slots[at] >= 0).distinct().toArray();
    }

    /// Whether a call with these arguments may run this form.
    boolean serves(NDArray[] arguments) {
        return form.serves(form.extents().evaluate(arguments));
    }

    /// Runs this form, if a call with these arguments may; else nothing happens.
    boolean run(NDArray[] arguments, NDArray[] destinations, NDArray[] results) {
        Workspace workspace = workspaces.take();
        boolean serves = workspace.fits(arguments);
        if (serves) workspace.run(arguments, destinations, results);
        workspaces.give(workspace);
        return serves;
    }

    /// The text of the program.
    String text() {
        return listing.text();
    }

    /// What was emitted: without vectors, and with them if there are any.
    List<byte[]> classFiles() {
        return IntStream.of(0, Vectors.use() == Vectors.Use.OFF ? 0 : Vectors.bits()).distinct().boxed()
                .flatMap(bits -> classFiles(bits).stream()).toList();
    }

    private List<byte[]> classFiles(int vectorBits) {
        try {
            return Loader.classFiles(program, listing, Kernels.of(program), form.values(), plan.positions(), vectorBits);
        } catch (MethodTooLarge e) {
            return List.of();                                          // with vectors, which it therefore has not got
        }
    }

    /// How many kernels there are before and after fusion.
    int[] kernels() {
        return new int[] {lowered.kernels(), program.kernels()};
    }

    /// The kernels: how each is done and what it takes, and their text.
    String explain() {
        int after = program.kernels();
        Fusion.Report fused = Compiler.fused(lowered, form.values());
        String kernels = Step.all(program.steps()).filter(Step.Compute.class::isInstance).map(step -> explain((Step.Compute) step, fused))
                .collect(Collectors.joining());
        return "%d %s, %d before fusion; %d temporaries in %d slots%n%s%s".formatted(after, after == 1 ? "kernel" : "kernels", lowered.kernels(),
                plan.slots().size(), plan.slotCount(), kernels, listing.text()).strip();
    }

    private String explain(Step.Compute step, Fusion.Report fused) {
        Kernel kernel = step.kernel();
        boolean isAlone = Kernels.loops(program).stream().anyMatch(loop -> loop.all().anyMatch(s -> s == step));
        String how = Explanation.of(form.values(), step, Vectors.use() == Vectors.Use.OFF ? 0 : Vectors.bits(), isAlone);
        int were = fused.joined().getOrDefault(kernel.name(), 1);
        String kept = Loads.of(kernel).stream().filter(b -> plan.slots().containsKey(b) && fused.kept().containsKey(b))
                .map(b -> "  %s stays in memory: %s%n".formatted(b.name(), fused.kept().get(b))).collect(Collectors.joining());
        return "%s%s%n%s".formatted(how, were == 1 ? "" : "; was %d kernels".formatted(were), kept);
    }

    /// Whether some kernel runs with vectors by now, for whoever waits for it.
    boolean isVector() {
        return tiers != null && tiers.isVector();
    }

    /// Whether some kernel has code for just the extents that calls usually bring.
    boolean isExact() {
        return tiers != null && tiers.isExact();
    }
}
