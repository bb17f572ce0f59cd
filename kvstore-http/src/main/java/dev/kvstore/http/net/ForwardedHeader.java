package dev.kvstore.http.net;

/** The header in which trusted proxies name their clients; the other header is ignored. */
public enum ForwardedHeader {
  /** {@code X-Forwarded-For}, together with {@code X-Forwarded-Proto}. */
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
