package dev.kvstore.client.internal.request;

import dev.kvstore.internal.support.Percent;

/** The query of a URL. Start with {@link #none}. */
public final class Query {
  private final StringBuilder text = new StringBuilder();

  private Query() {}

  public static Query none() {
    return new Query();
  }

  public Query and(String name, String value) {
    text.append(text.isEmpty() ? '?' : '&')
        .append(name)
        .append('=')
        .append(Percent.encode(name, value));
    return this;
  }

  public int length() {
    return text.length();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
