package dev.kvstore.client.internal.request;

import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of requests.
 *
 * @param token null to send none
 * @param proxy null for the JDK's own selector
 * @param client the application's own client; null to create one
 */
public record RequestSettings(
    Duration requestTimeout,
    Duration connectTimeout,
    @Nullable Supplier<String> token,
    ClientTls tls,
    @Nullable ProxySelector proxy,
    @Nullable HttpClient client) {}
