package io.champion.local;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Runs another main class in a process that ends with the process that started it, however that
 * ends.
 */
final class ChildMain {

    private ChildMain() {}

    /** Arguments: the main class, and its arguments. Standard input is the parent's pipe. */
    public static void main(String[] args) throws Throwable {
        // A Ctrl-C at the terminal reaches this process too; its parent decides when it ends.
        Signal.handle(new Signal("INT"), SignalHandler.SIG_IGN);
        Thread watch = new Thread(ChildMain::haltWithParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        try {
            Class.forName(args[0])
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static void haltWithParent() {
        try {
            while (System.in.read() >= 0) {
                // The parent sends nothing; the end of the stream is its end.
            }
        } catch (IOException e) {
            System.err.println("The pipe from the parent broke: " + e.getMessage());
        }
        Runtime.getRuntime().halt(1);
    }
}
