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
import org.eclipse.jetty.http.QuotedCSV;
import org.jspecify.annotations.Nullable;

/**
 * What proxies have written of the request's way.
 *
 * @param addresses who sent it to each proxy, as it stands there; the nearest proxy's note last
 * @param isSecure whether it came to the nearest proxy by TLS; null where that is not said
 */
record ForwardedHeaders(List<String> addresses, @Nullable Boolean isSecure) {
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)(?:\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:][0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  static ForwardedHeaders of(HttpFields headers) {
    List<String> standard = values(headers, HttpHeader.FORWARDED);
    return standard.isEmpty()
        ? new ForwardedHeaders(
            values(headers, HttpHeader.X_FORWARDED_FOR),
            secure(last(values(headers, HttpHeader.X_FORWARDED_PROTO))))
        : ofStandard(standard);
  }

  private static ForwardedHeaders ofStandard(List<String> elements) {
    List<String> addresses = new ArrayList<>();
    Boolean secure = null;
    for (String element : elements) {
      String address = "";
      for (String pair : element.split(";", -1)) {
        String[] parts = pair.strip().split("=", 2);
        if (parts.length == 2 && parts[0].equalsIgnoreCase("for")) {
          address = parts[1];
        } else if (parts.length == 2 && parts[0].equalsIgnoreCase("proto")) {
          secure = secure(parts[1]);
        }
      }
      addresses.add(address);
    }
    return new ForwardedHeaders(addresses, secure);
  }

  private static List<String> values(HttpFields headers, HttpHeader header) {
    List<String> values = new ArrayList<>();
    for (HttpField field : headers.getFields(header)) {
      values.addAll(new QuotedCSV(false, field.getValue()).getValues());
    }
    return values;
  }

  private static @Nullable String last(List<String> values) {
    return values.isEmpty() ? null : values.get(values.size() - 1);
  }

  private static @Nullable Boolean secure(@Nullable String scheme) {
    return scheme == null ? null : scheme.strip().toLowerCase(Locale.ROOT).equals("https");
  }

  static boolean isAddress(String text) {
    return IPV4.matcher(text).matches() || IPV6.matcher(text).matches();
  }

  /**
   * Returns the address, which may have a port and brackets around it; null where it is none. No
   * name is ever looked up.
   */
  static @Nullable InetAddress address(String text) {
    String bare = text.strip();
    if (bare.startsWith("[")) {
      bare = bare.substring(1, Math.max(1, bare.indexOf(']')));
    } else if (bare.indexOf(':') == bare.lastIndexOf(':')) {
      bare = bare.split(":", 2)[0];
    }
    try {
      return isAddress(bare) ? InetAddress.getByName(bare) : null;
    } catch (UnknownHostException e) {
      return null;
    }
  }
}
