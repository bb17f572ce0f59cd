package dev.kvstore.http.command;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What of a connection string may be shown. */
final class Secrets {
  private static final String MASK = "***";

  /** The user info goes to the last '@': a password that was not encoded may hold some. */
  private static final Pattern PARTS =
      Pattern.compile("(?s)(mongodb(?:\\+srv)?://)(?:(.*)@)?([^@]*)");

  /** Options of the driver that hold secrets: session tokens, passwords of proxies and files. */
  private static final Pattern OPTION =
      Pattern.compile("(?i)([?&;][a-z]*(?:password|authMechanismProperties)=)[^&;]*");

  private Secrets() {}

  /** Returns the connection string without its passwords; nothing of what is none. */
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
