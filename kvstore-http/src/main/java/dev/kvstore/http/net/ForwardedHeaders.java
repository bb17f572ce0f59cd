package dev.kvstore.http.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * The parsed forwarding headers of a request. Any client can send such headers, of any length, so
 * parsing takes linear time.
 *
 * @param addresses the unparsed address of the sender to each proxy; that of the nearest proxy is
 *     last
 * @param isSecure true if the request came to the nearest proxy over TLS; null if unknown
 */
record ForwardedHeaders(List<String> addresses, @Nullable Boolean isSecure) {
  /** The length of an IPv6 address with an embedded IPv4 address. */
  private static final int MAX_ADDRESS_LENGTH = 45;

  /** The name of an unknown client in RFC 7239. */
  private static final String UNKNOWN = "unknown";

  /** A byte without leading zeros, which some parsers read as octal. */
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

  /** An IP address. The JDK never looks up a text with a colon, which no name has. */
  private static final Pattern LITERAL =
      Pattern.compile("(" + BYTE + "\\.){3}" + BYTE + "|[0-9a-fA-F.]*:[0-9a-fA-F.:]*");

  private static final Pattern PORT = Pattern.compile("(:[0-9]{1,5})?");

  /** Reads this header and ignores the other. */
  static ForwardedHeaders of(HttpFields headers, ForwardedHeader header) {
    return switch (header) {
      case X_FORWARDED_FOR ->
        new ForwardedHeaders(
            elements(headers, HttpHeader.X_FORWARDED_FOR, false),
            secure(last(elements(headers, HttpHeader.X_FORWARDED_PROTO, false))));
      case FORWARDED -> ofStandard(elements(headers, HttpHeader.FORWARDED, true));
    };
  }

  private static ForwardedHeaders ofStandard(List<String> elements) {
    List<String> addresses = new ArrayList<>();
    Boolean secure = null;
    for (String element : elements) {
      @Nullable String address = null;
      for (String pair : split(element, ';', true)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? "" : pair.substring(0, equals);
        if (name.equalsIgnoreCase("for")) {
          // If there are two, one may have been written by the client.
          address = address == null ? unquoted(pair.substring(equals + 1)) : UNKNOWN;
        } else if (name.equalsIgnoreCase("proto")) {
          secure = secure(unquoted(pair.substring(equals + 1)));
        }
      }
      addresses.add(address == null ? UNKNOWN : address);
    }
    return new ForwardedHeaders(addresses, secure);
  }

  /**
   * Returns the elements of all lines without empty ones, see RFC 9110, section 5.6.1.
   *
   * @param quotes true if separators in quotes are text
   */
  private static List<String> elements(HttpFields headers, HttpHeader header, boolean quotes) {
    List<String> elements = new ArrayList<>();
    for (HttpField field : headers.getFields(header)) {
      String value = field.getValue();
      for (String element : split(value == null ? "" : value, ',', quotes)) {
        if (!element.isEmpty()) {
          elements.add(element);
        }
      }
    }
    return elements;
  }

  /**
   * Splits the text and strips the parts. An unterminated quote makes everything {@link #UNKNOWN}:
   * the client may have opened it to hide what a proxy added.
   */
  private static List<String> split(String text, char separator, boolean quotes) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' && quotes) {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i).strip());
        start = i + 1;
      }
    }
    if (quoted) {
      return List.of(UNKNOWN);
    }
    parts.add(text.substring(start).strip());
    return parts;
  }

  private static String unquoted(String text) {
    String bare = text.strip();
    boolean quoted = bare.length() > 1 && bare.startsWith("\"") && bare.endsWith("\"");
    return quoted ? bare.substring(1, bare.length() - 1) : bare;
  }

  private static @Nullable String last(List<String> values) {
    return values.isEmpty() ? null : values.get(values.size() - 1);
  }

  private static @Nullable Boolean secure(@Nullable String scheme) {
    return scheme == null ? null : scheme.strip().toLowerCase(Locale.ROOT).equals("https");
  }

  static boolean isAddress(String text) {
    return literal(text) != null;
  }

  /**
   * Parses an address with optional brackets and port; null if it is not an address. Never looks up
   * a name.
   */
  static @Nullable InetAddress address(String text) {
    String bare = unquoted(text);
    int start = bare.startsWith("[") ? 1 : 0;
    boolean oneColon = bare.indexOf(':') == bare.lastIndexOf(':') && bare.indexOf(':') >= 0;
    int end = start == 1 ? bare.indexOf(']') : oneColon ? bare.indexOf(':') : bare.length();
    if (end < start || !PORT.matcher(bare.substring(end + start)).matches()) {
      return null;
    }
    return literal(bare.substring(start, end));
  }

  private static @Nullable InetAddress literal(String text) {
    if (text.length() > MAX_ADDRESS_LENGTH || !LITERAL.matcher(text).matches()) {
      return null;
    }
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
