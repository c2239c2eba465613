/// Damo's kernels: lowering, fusion, memory plan, and the emitter of bytecode.
module damo.codegen {
    exports damo.kernel;
    exports damo.math;
    exports damo.lower;
    exports damo.fuse;
    exports damo.plan;
    exports damo.jvm;
    exports damo.opencl;

    requires transitive damo.core;
    requires org.objectweb.asm;
}
