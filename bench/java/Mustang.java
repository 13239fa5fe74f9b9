import java.io.PrintStream;
import org.mustangproject.validator.ZUGFeRDValidator;

/** Mustang: its own schemas and rules, of a PDF those of veraPDF too, as its command line applies them. */
public class Mustang {
    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err); // it chats
        Warm.run((content, name) -> {
            ZUGFeRDValidator validator = new ZUGFeRDValidator();
            validator.validate(content, name);
            return validator.wasCompletelyValid() ? 0 : 1;
        }, out);
    }
}
