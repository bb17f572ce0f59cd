package dev.kvstore.client;

/** The query of a URL, begun with {@link #none}. */
final class Query {
  private final StringBuilder text = new StringBuilder();

  private Query() {}

  static Query none() {
    return new Query();
  }

  Query and(String name, String value) {
    text.append(text.isEmpty() ? '?' : '&')
        .append(name)
        .append('=')
        .append(Percent.encode(name, value));
    return this;
  }

  int length() {
    return text.length();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
