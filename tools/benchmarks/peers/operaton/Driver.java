import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.operaton.bpm.engine.ProcessEngine;
import org.operaton.bpm.engine.ProcessEngineConfiguration;
import org.operaton.bpm.engine.impl.cfg.ProcessEngineConfigurationImpl;

/** Operaton's engine: user tasks completed through its Java interface, its own JDBC pool, history as shipped. */
public final class Driver {
  private final ProcessEngine engine;
  private String instance;

  private Driver(String url, String diagram) throws Exception {
    var configuration =
        (ProcessEngineConfigurationImpl)
            ProcessEngineConfiguration.createStandaloneProcessEngineConfiguration();
    configuration.setEnforceHistoryTimeToLive(false); // asks only the diagram for a time to keep history
    engine =
        configuration
            .setJdbcUrl(url.replaceFirst("^postgresql://([^@]*)@", "jdbc:postgresql://"))
            .setJdbcDriver("org.postgresql.Driver")
            .setJdbcUsername(url.replaceFirst("^postgresql://([^@]*)@.*", "$1"))
            .setJdbcPassword("")
            .setDatabaseSchemaUpdate(ProcessEngineConfiguration.DB_SCHEMA_UPDATE_TRUE)
            .setJobExecutorActivate(false)
            .buildProcessEngine();
    engine
        .getRepositoryService()
        .createDeployment()
        .addString("peers.bpmn", Files.readString(Path.of(diagram)))
        .deploy();
  }

  private void start() {
    instance = engine.getRuntimeService().startProcessInstanceByKey("peers").getId();
  }

  private String task(String element) {
    var task = engine.getTaskService().createTaskQuery().processInstanceId(instance).singleResult();
    if (!task.getTaskDefinitionKey().equals(element)) {
      throw new IllegalStateException("expected " + element + ", found " + task.getTaskDefinitionKey());
    }
    return task.getId();
  }

  private static double seconds(Runnable act) {
    long began = System.nanoTime();
    act.run();
    return (System.nanoTime() - began) / 1e9;
  }

  private double[] oneCase() {
    double[] told = new double[3];
    told[0] = seconds(this::start);
    String first = task("first");
    told[1] = seconds(() -> engine.getTaskService().complete(first, Map.of("approved", true)));
    String second = task("second");
    told[2] = seconds(() -> engine.getTaskService().complete(second));
    if (engine.getRuntimeService().createProcessInstanceQuery().processInstanceId(instance).count() != 0) {
      throw new IllegalStateException("the instance should have ended");
    }
    return told;
  }

  public static void main(String[] arguments) throws Exception {
    Map<String, String> asked = new HashMap<>();
    for (int at = 0; at + 1 < arguments.length; at += 2) {
      asked.put(arguments[at], arguments[at + 1]);
    }
    Driver driver = new Driver(asked.get("--database"), asked.get("--diagram"));
    for (int number = 0; number < Integer.parseInt(asked.get("--warm")); number++) {
      driver.oneCase();
    }
    System.out.println("{\"version\": \"" + ProcessEngine.class.getPackage().getImplementationVersion()
        + "\", \"interpreter\": \"" + System.getProperty("java.vm.name") + " " + System.getProperty("java.version")
        + "\", \"history\": \"" + driver.engine.getProcessEngineConfiguration().getHistory() + "\"}");
    var input = new BufferedReader(new InputStreamReader(System.in));
    while (input.readLine() != null) {
      StringJoiner cases = new StringJoiner(", ", "{\"cases\": [", "]}");
      for (int number = 0; number < Integer.parseInt(asked.get("--cases")); number++) {
        double[] told = driver.oneCase();
        cases.add("[" + told[0] + ", " + told[1] + ", " + told[2] + "]");
      }
      System.out.println(cases);
    }
    System.exit(0); // its pool's threads have nothing left to do
  }
}
