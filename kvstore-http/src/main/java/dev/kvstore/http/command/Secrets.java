package dev.kvstore.http.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Masks secrets in connection strings. */
final class Secrets {
  private static final String MASK = "***";

  /**
   * Matches the parts. The user info ends at the last '@', because an unencoded password may
   * contain more.
   */
  private static final Pattern PARTS =
      Pattern.compile("(?s)(mongodb(?:\\+srv)?://)(?:(.*)@)?([^@]*)");

  /**
   * Matches options of the driver with secrets: session tokens, and passwords of proxies and files.
   */
  private static final Pattern OPTION =
      Pattern.compile("(?i)([?&;][a-z]*(?:password|authMechanismProperties)=)[^&;]*");

  private Secrets() {}

  /**
   * Returns the connection string without its passwords, or a fixed text if it is not a connection
   * string.
   */
  static String mask(String connectionString) {
    Matcher parts = PARTS.matcher(connectionString);
    if (!parts.matches()) {
      return MASK;
    }
    String rest = OPTION.matcher(parts.group(3)).replaceAll("$1" + MASK);
    String userInfo = parts.group(2);
    if (userInfo == null) {
      return parts.group(1) + rest;
    }
    int colon = userInfo.indexOf(':');
    String user = colon < 0 ? userInfo : userInfo.substring(0, colon) + ":" + MASK;
    return parts.group(1) + user + "@" + rest;
  }
}
