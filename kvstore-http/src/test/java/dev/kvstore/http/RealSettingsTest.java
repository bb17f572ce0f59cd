package dev.kvstore.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.client.HttpKVStore;
import dev.kvstore.testing.SpringSettings;
import dev.kvstore.testing.SpringSettings.Setting;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests real settings as JSON with a service that is stopped and started again. */
class RealSettingsTest {
  private static final String STORE = "/v1/stores/spring";

  /** The declared types that can be read from the JSON in the metadata. */
  private static final Set<Class<?>> TOLD_BY_JSON =
      Set.of(Boolean.class, Integer.class, Long.class, Double.class, String.class, URI.class);

  private final List<Setting> settings = SpringSettings.withDefaults();

  @Test
  void realSettings_areAllThere_alsoAfterARestart(@TempDir Path folder) {
    try (TestService service = TestService.start(folder)) {
      assertThat(service.put(STORE + "/values", SpringSettings.asJson(settings)).text())
          .isEqualTo("{\"created\":655,\"replaced\":0}");
      assertAllThere(service);
    }
    try (TestService restarted = TestService.start(folder)) {
      assertAllThere(restarted);
    }
  }

  private void assertAllThere(TestService service) {
    for (Setting setting : settings) {
      assertThat(service.get(STORE + "/keys/" + setting.name()).json())
          .as(setting.name())
          .isEqualTo(setting.json());
    }
    assertThat(keys(service, "server.")).isEqualTo(names("server."));
    assertThat(keys(service, "")).isEqualTo(names(""));
    URI address = URI.create("http://127.0.0.1:" + service.server().port());
    try (KVStore store = HttpKVStore.open(address, "spring")) {
      for (Setting setting : settings) {
        if (TOLD_BY_JSON.contains(setting.value().getClass())) {
          assertThat(store.get(setting.name(), KVType.ofValue(setting.value())))
              .as(setting.name())
              .isEqualTo(setting.value());
        }
      }
      assertThat(store.keys("server.")).isEqualTo(names("server."));
    }
  }

  private List<String> names(String prefix) {
    return settings.stream()
        .map(Setting::name)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  /** Returns all keys, read page by page. */
  private static List<String> keys(TestService service, String prefix) {
    List<String> keys = new ArrayList<>();
    String after = "";
    while (after != null) {
      JsonNode page = service
          .get(STORE + "/keys?limit=40&prefix=" + prefix
              + (after.isEmpty() ? "" : "&after=" + after))
          .json();
      page.get("items").forEach(item -> keys.add(item.get("key").asText()));
      after = next(page);
    }
    return keys;
  }

  private static @Nullable String next(JsonNode page) {
    return page.has("next") ? page.get("next").asText() : null;
  }
}
