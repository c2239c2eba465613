package damo.opencl;

/// What a language of kernels writes where C has no words for it.
///
/// @param begin the first lines of a program
/// @param wide what a program with float64 needs besides
/// @param kernel the line before a kernel; `%d` is the size of a group
/// @param global what stands before a pointer to memory of the device
/// @param local what stands before the memory of a group
/// @param item the number of a work item
/// @param group the number of a group
/// @param lane the number of an item in its group
/// @param barrier where the items of a group wait for each other
record Dialect(String begin, String wide, String kernel, String global, String local, String item, String group, String lane, String barrier) {
    /// OpenCL C 1.2 with `cl_khr_fp64`. Products and sums are not contracted: a result has the bits that the expression says.
    static final Dialect OPENCL = new Dialect("#pragma OPENCL FP_CONTRACT OFF\n", "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n",
            "__kernel __attribute__((reqd_work_group_size(%d, 1, 1)))", "__global", "__local", "(int)get_global_id(0)",
            "(int)get_group_id(0)", "(int)get_local_id(0)", "barrier(CLK_LOCAL_MEM_FENCE);");
}
