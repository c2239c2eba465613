package damo.interpret;

/// A compensated sum (Neumaier): the error does not grow with the number of terms.
final class Sum {
    private double sum;
    private double lost;

    void add(double x) {
        double next = sum + x;
        lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
        sum = next;
    }

    /// Adds `x · y` with the rounding error of the product.
    void addProduct(double x, double y) {
        double product = x * y;
        add(product);
        lost += Math.fma(x, y, -product);
    }

    /// An infinite or NaN sum stands as it is: what was lost on the way there is NaN.
    double value() {
        return Double.isFinite(sum) ? sum + lost : sum;
    }
}
