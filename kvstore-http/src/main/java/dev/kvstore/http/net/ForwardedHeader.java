package dev.kvstore.http.net;

/** The header in which trusted proxies name their clients; what the other one says is ignored. */
public enum ForwardedHeader {
  /** {@code X-Forwarded-For}, and {@code X-Forwarded-Proto} beside it. */
  X_FORWARDED_FOR("X-Forwarded-For"),

  /** {@code Forwarded} (RFC 7239). */
  FORWARDED("Forwarded");

  private final String text;

  ForwardedHeader(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
