package dev.kvstore.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kvstore.BatchResult;
import dev.kvstore.KVPage;
import dev.kvstore.KVQuery;
import dev.kvstore.KVStore;
import dev.kvstore.KVType;
import dev.kvstore.internal.typed.TypedKVStore;
import dev.kvstore.testing.SpringSettings.Setting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

interface RealSettingsContract extends StoreFixture {
  @Test
  default void realSettings_comeBackInTheirTypes() {
    List<Setting> settings = SpringSettings.withDefaults();
    assertThat(settings).hasSize(655);
    assertThat(settings.stream()
            .map(setting -> setting.value().getClass().getSimpleName())
            .distinct())
        .contains(
            "Boolean",
            "Integer",
            "Long",
            "Double",
            "String",
            "Duration",
            "DataSize",
            "UTF_8",
            "URI",
            "String[]",
            "ArrayList",
            "JobStoreType");
    KVStore store = TypedKVStore.over(entries(), SpringSettings.codec());
    Map<String, Object> values = new LinkedHashMap<>();
    settings.forEach(setting -> values.put(setting.name(), setting.value()));

    assertThat(store.setMany(values)).isEqualTo(new BatchResult(655, 0));

    for (Setting setting : settings) {
      KVType<?> type = setting.value() instanceof java.nio.charset.Charset
          ? KVType.of(java.nio.charset.Charset.class)
          : KVType.ofValue(setting.value());
      assertThat(store.get(setting.name(), type)).as(setting.name()).isEqualTo(setting.value());
    }
  }

  @Test
  default void realSettings_areListedByPrefixAndPage() {
    List<String> names =
        SpringSettings.withDefaults().stream().map(Setting::name).toList();
    store().setMany(names.stream().collect(Collectors.toMap(Function.identity(), name -> name)));

    assertThat(store().keys()).isEqualTo(names);
    List<String> server =
        names.stream().filter(name -> name.startsWith("server.")).toList();
    assertThat(server).hasSizeGreaterThan(50);
    assertThat(store().keys("server.")).isEqualTo(server);
    assertThat(store().getAll("server.", String.class).values()).containsExactlyElementsOf(server);
    List<String> paged = new ArrayList<>();
    int pages = 0;
    for (KVQuery next = KVQuery.prefix("server.").limit(10); next != null; pages++) {
      KVPage<String> page = store().keys(next);
      paged.addAll(page.items());
      next = page.next().map(next::after).orElse(null);
    }
    assertThat(paged).isEqualTo(server);
    assertThat(pages).isEqualTo((server.size() + 9) / 10);
  }
}
