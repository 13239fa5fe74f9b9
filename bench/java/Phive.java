import com.helger.diver.api.coord.DVRCoordinate;
import com.helger.phive.api.execute.ValidationExecutionManager;
import com.helger.phive.api.executorset.ValidationExecutorSetRegistry;
import com.helger.phive.api.result.ValidationResultList;
import com.helger.phive.api.validity.IValidityDeterminator;
import com.helger.phive.en16931.EN16931Validation;
import com.helger.phive.france.FranceCTCValidation;
import com.helger.phive.xml.source.IValidationSourceXML;
import com.helger.phive.xml.source.ValidationSourceXML;
import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;

/** phive: its newest rules of EN 16931 and of France, each with the XML schema, as it is used. */
public class Phive {
    private static final List<DVRCoordinate> WANTED =
            List.of(EN16931Validation.VID_UBL_INVOICE_1315, FranceCTCValidation.VID_FR_CTC_UBL_INV_1_3_0);

    public static void main(String[] arguments) throws Exception {
        PrintStream out = System.out;
        System.setOut(System.err);
        ValidationExecutorSetRegistry<IValidationSourceXML> known = new ValidationExecutorSetRegistry<>();
        EN16931Validation.initEN16931(known);
        FranceCTCValidation.initFranceCTC(known);
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Warm.run((content, name) -> {
            IValidationSourceXML source = ValidationSourceXML.create(
                    name, factory.newDocumentBuilder().parse(new ByteArrayInputStream(content)));
            int failed = 0;
            for (DVRCoordinate each : WANTED) {
                ValidationResultList found = ValidationExecutionManager.executeValidation(
                        IValidityDeterminator.createDefault(), known.getOfID(each), source, Locale.ENGLISH);
                failed += found.getAllErrors().size();
            }
            return failed;
        }, out);
    }
}
