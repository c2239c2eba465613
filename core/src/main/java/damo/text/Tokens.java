package damo.text;

import damo.DamoException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The words of a text, with their places, and what a parser asks of them.
final class Tokens {
    enum Kind { NUMBER, NAME, VARIABLE, STRING, SYMBOL, END }

    /// A word; the text of a variable is without `%`, that of a string without quotes and escapes.
    record Token(Kind kind, String text, int line, int column) {
        @Override public String toString() {
            return switch (kind) {
                case END -> "the end of the text";
                case VARIABLE -> "%" + text;
                case STRING -> quote(text);
                case NUMBER, NAME, SYMBOL -> "'" + text + "'";
            };
        }
    }

    private static final String WORDS = """
            (?<number>(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?)\
            |(?<name>[A-Za-z_]\\w*)\
            |%(?<variable>[\\w.]+)\
            |"(?<string>(?:[^"\\\\\\n]|\\\\.)*)"\
            |(?<symbol>=>|\\*\\*|//|<<|>>|<=|>=|==|!=|[()\\[\\]{},:=+\\-*/<>&|^~;?])""";
    private static final Pattern EXPRESSION = Pattern.compile("(?<space>\\s+)|" + WORDS);
    private static final Pattern GRAPH = Pattern.compile("(?<space>\\s+|//[^\\n]*)|" + WORDS);

    private final String name;
    private final List<Token> tokens;
    private int next;

    private Tokens(String name, List<Token> tokens) {
        this.name = name;
        this.tokens = tokens;
    }

    /// The words of an expression, in which `//` divides.
    static Tokens ofExpression(String name, String text) {
        return of(name, text, EXPRESSION);
    }

    /// The words of a graph, in which `//` starts a comment.
    static Tokens ofGraph(String name, String text) {
        return of(name, text, GRAPH);
    }

    private static Tokens of(String name, String text, Pattern words) {
        var tokens = new ArrayList<Token>();
        var all = new Tokens(name, tokens);
        Matcher m = words.matcher(text);
        int line = 1;
        int start = 0;                                            // of the line
        for (int at = 0; at < text.length(); at = m.end()) {
            m.region(at, text.length());
            int column = at - start + 1;
            if (!m.lookingAt())
                throw all.error(line, column, "'" + Character.toString(text.codePointAt(at)) + "'", "a name, a number, a string or an operator");
            if (m.group("space") == null) tokens.add(token(m, line, column));
            for (int i = at; i < m.end(); i++) {
                if (text.charAt(i) != '\n') continue;
                line++;
                start = i + 1;
            }
        }
        tokens.add(new Token(Kind.END, "", line, text.length() - start + 1));
        return all;
    }

    private static Token token(Matcher m, int line, int column) {
        if (m.group("number") != null) return new Token(Kind.NUMBER, m.group("number"), line, column);
        if (m.group("name") != null) return new Token(Kind.NAME, m.group("name"), line, column);
        if (m.group("variable") != null) return new Token(Kind.VARIABLE, m.group("variable"), line, column);
        if (m.group("string") != null) return new Token(Kind.STRING, m.group("string").translateEscapes(), line, column);
        return new Token(Kind.SYMBOL, m.group("symbol"), line, column);
    }

    /// `text` between quotes, on one line, so that it reads back the same.
    static String quote(String text) {
        var quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"', '\\' -> quoted.append('\\').append(c);
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    Token peek() {
        return tokens.get(next);
    }

    Token take() {
        Token token = peek();
        if (token.kind() != Kind.END) next++;
        return token;
    }

    boolean sees(String symbolOrName) {
        Token token = peek();
        return (token.kind() == Kind.SYMBOL || token.kind() == Kind.NAME) && token.text().equals(symbolOrName);
    }

    /// Whether the word after the next one is this symbol.
    boolean seesNext(String symbol) {
        return next + 1 < tokens.size() && tokens.get(next + 1).kind() == Kind.SYMBOL && tokens.get(next + 1).text().equals(symbol);
    }

    /// Takes the word if it comes next.
    boolean takes(String symbolOrName) {
        boolean sees = sees(symbolOrName);
        if (sees) take();
        return sees;
    }

    void expect(String symbolOrName) {
        if (!takes(symbolOrName)) throw error(peek(), "'" + symbolOrName + "'");
    }

    Token expect(Kind kind, String what) {
        if (peek().kind() != kind) throw error(peek(), what);
        return take();
    }

    /// That `found` stands where `expected` is needed.
    DamoException error(Token found, String expected) {
        return error(found.line(), found.column(), found.toString(), expected);
    }

    private DamoException error(int line, int column, String found, String expected) {
        return new DamoException("%s:%d:%d: found %s, expected %s".formatted(name, line, column, found, expected));
    }

    /// A broken rule at a place.
    DamoException broken(Token at, String rule) {
        return new DamoException("%s:%d:%d: %s".formatted(name, at.line(), at.column(), rule));
    }
}
