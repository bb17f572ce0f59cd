package dev.kvstore.client;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kvstore.NearCacheSettings;
import dev.kvstore.testing.NullArguments;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

class NullArgumentsTest {
  @Test
  void null_isRefused() throws Exception {
    Map<Class<?>, Object> samples = new HashMap<>();
    samples.put(String.class, "name");
    samples.put(URI.class, URI.create("http://127.0.0.1:1"));
    samples.put(List.class, List.of(URI.create("http://127.0.0.1:1")));
    samples.put(HttpSettings.class, HttpSettings.DEFAULT);
    samples.put(Duration.class, Duration.ofSeconds(5));
    samples.put(Path.class, Path.of("none"));
    samples.put(Supplier.class, (Supplier<String>) () -> "token");
    samples.put(ProxySelector.class, ProxySelector.getDefault());
    samples.put(ObjectMapper.class, new ObjectMapper());
    samples.put(SSLContext.class, SSLContext.getDefault());
    samples.put(HttpClient.class, HttpClient.newHttpClient());
    samples.put(NearCacheSettings.class, NearCacheSettings.DEFAULT);
    NullArguments.check("dev.kvstore.client", samples);
  }
}
