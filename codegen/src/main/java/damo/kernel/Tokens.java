package damo.kernel;

import damo.DamoException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Kernel text in pieces, read one after another.
final class Tokens {
    enum Kind { NAME, QUOTED, NUMBER, STRING, LOCAL, SIGN, END }

    /// A piece of text; `text` has neither quotes nor escapes.
    record Token(Kind kind, String text, int line, int column) {
        boolean is(String sign) {
            return text.equals(sign) && (kind == Kind.SIGN || kind == Kind.NAME);
        }
    }

    private static final Pattern PIECE = Pattern.compile("""
            (?<space>\\s+) | (?<name>[\\p{L}_][\\p{L}\\p{Nd}_$]*) | (?<number>[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?[fL]?)
            | (?<local>%[0-9]+) | `(?<quoted>(?:[^`\\\\]++|\\\\.)*+)` | "(?<string>(?:[^"\\\\]++|\\\\.)*+)"
            | (?<sign>->|//|<<|>>|<=|==|!=|\\.\\.\\.|[-+*/<&|^~?:;,.=%()\\[\\]{}])""", Pattern.COMMENTS);

    private final List<Token> tokens = new ArrayList<>();
    private int next;

    Tokens(String text) {
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) if (!lines.get(i).stripLeading().startsWith("//")) split(lines.get(i), i + 1);
        int last = Math.max(1, lines.size());
        tokens.add(new Token(Kind.END, "the end", last, lines.isEmpty() ? 1 : lines.getLast().length() + 1));
    }

    private void split(String line, int number) {
        Matcher m = PIECE.matcher(line);
        for (int at = 0; at < line.length(); at = m.end()) {
            if (!m.find(at) || m.start() != at)
                throw error(number, at + 1, "'" + line.charAt(at) + "'", "a name, a number or an operator");
            if (m.group("name") != null) add(Kind.NAME, m.group(), number, at);
            else if (m.group("number") != null) add(Kind.NUMBER, m.group(), number, at);
            else if (m.group("local") != null) add(Kind.LOCAL, m.group(), number, at);
            else if (m.group("quoted") != null) add(Kind.QUOTED, plain(m.group("quoted")), number, at);
            else if (m.group("string") != null) add(Kind.STRING, plain(m.group("string")), number, at);
            else if (m.group("sign") != null) add(Kind.SIGN, m.group(), number, at);
        }
    }

    private void add(Kind kind, String text, int line, int at) {
        tokens.add(new Token(kind, text, line, at + 1));
    }

    private static String plain(String escaped) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c != '\\') out.append(c);
            else out.append(switch (escaped.charAt(++i)) {
                case 'n' -> '\n';
                case 'r' -> '\r';
                default -> escaped.charAt(i);
            });
        }
        return out.toString();
    }

    /// The piece that is `ahead` of the next one.
    Token peek(int ahead) {
        return tokens.get(Math.min(next + ahead, tokens.size() - 1));
    }

    Token peek() {
        return peek(0);
    }

    boolean at(String sign) {
        return peek().is(sign);
    }

    Token take() {
        Token token = peek();
        if (next < tokens.size() - 1) next++;
        return token;
    }

    /// Takes `sign` if it is next.
    boolean accept(String sign) {
        if (!at(sign)) return false;
        take();
        return true;
    }

    void expect(String sign) {
        if (!accept(sign)) throw expected("'" + sign + "'");
    }

    /// The text of the next piece, which is of this kind.
    String take(Kind kind, String what) {
        if (peek().kind() != kind) throw expected(what);
        return take().text();
    }

    /// A name, in backquotes or not.
    String name(String what) {
        if (peek().kind() != Kind.NAME && peek().kind() != Kind.QUOTED) throw expected(what);
        return take().text();
    }

    /// The error that the next piece is not `what`.
    DamoException expected(String what) {
        return expected(peek(), what);
    }

    DamoException expected(Token found, String what) {
        return error(found.line(), found.column(), found.kind() == Kind.END ? found.text() : "'" + found.text() + "'", what);
    }

    /// The error that what stands at `found` breaks a rule.
    DamoException broken(Token found, String rule) {
        return new DamoException("kernel text: %d:%d: %s".formatted(found.line(), found.column(), rule));
    }

    private static DamoException error(int line, int column, String found, String expected) {
        return new DamoException("kernel text: %d:%d: found %s, expected %s".formatted(line, column, found, expected));
    }
}
